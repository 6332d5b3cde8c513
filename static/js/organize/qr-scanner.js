// Reads QR codes with the camera if the browser can. Otherwise its button is never shown.

const DETECT_MS = 200;
// The same code stays in front of the camera for a while.
const SAME_CODE_MS = 4000;

export class QrScanner {
  #startText;
  #detector;

  constructor(place, { found, refused }) {
    this.button = place.querySelector("[data-scan]");
    this.text = place.querySelector("[data-scan-text]");
    this.video = place.querySelector("[data-camera]");
    this.found = found;
    this.refused = refused;
    this.stream = null;
    this.last = { code: "", at: 0 };
    this.#startText = this.text.textContent;
  }

  async offer() {
    if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices) return;
    const formats = await globalThis.BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return;
    this.#detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
    this.button.hidden = false;
    this.button.addEventListener("click", () => (this.stream ? this.stop() : this.start()));
    addEventListener("pagehide", () => this.stop());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.stop();
    });
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      this.video.srcObject = this.stream;
      this.video.hidden = false;
      this.text.textContent = this.text.dataset.stop;
      // Do not wait for a slow camera. It is read repeatedly until it shows something.
      this.video.play().catch(() => {});
      this.look();
    } catch (error) {
      this.stop();
      this.refused();
    }
  }

  stop() {
    if (this.stream) this.stream.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.video.hidden = true;
    this.text.textContent = this.#startText;
  }

  async look() {
    if (!this.stream) return;
    try {
      const [seen] = await this.#detector.detect(this.video);
      if (seen) this.see(seen.rawValue);
    } catch (error) {
      // The first frames are not available yet.
    }
    setTimeout(() => this.look(), DETECT_MS);
  }

  see(code) {
    const now = Date.now();
    if (code === this.last.code && now - this.last.at < SAME_CODE_MS) {
      this.last.at = now;
      return;
    }
    this.last = { code, at: now };
    this.found(code);
  }
}
