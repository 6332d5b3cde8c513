// Reads QR codes with the camera: with the browser's own decoder, or else with ours, which is
// loaded only then.

const READ_MS = 250;
const WIDTH = 640;

/** @typedef {(video: HTMLVideoElement) => Promise<string>} Decode the text of the code, or "" */

/** @returns {Promise<Decode>} */
async function bundledDecoder() {
  const { decodeQR } = await import("../../vendor/qr-decode-0.7.0.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("No canvas");
  return async (video) => {
    canvas.width = WIDTH;
    canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  };
}

/** @returns {Promise<?Decode>} */
async function nativeDecoder() {
  const { BarcodeDetector } = globalThis;
  if (!BarcodeDetector) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => {
    const [code] = await detector.detect(video);
    return code ? code.rawValue : "";
  };
}

async function loadDecoder() {
  let native = null;
  try {
    native = await nativeDecoder();
  } catch {
    // Some browsers have a decoder that does not start.
  }
  return native || bundledDecoder();
}

export const hasCamera = () => Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);

export class QrScanner {
  #video;
  /** @type {?MediaStream} */
  #stream;
  /** @type {((text: string) => void) | null} */
  #onCode;

  /** @param {HTMLVideoElement} video shows the camera, and is hidden while it is off */
  constructor(video) {
    this.#video = video;
    this.#stream = null;
    this.#onCode = null;
  }

  get isOn() {
    return Boolean(this.#onCode);
  }

  /**
   * Show the camera and call `onCode(text)` for each frame with a code, until `stop()`.
   *
   * Throws if there is no camera or no decoder.
   *
   * @param {(text: string) => void} onCode
   */
  async start(onCode) {
    this.stop();
    this.#onCode = onCode;
    try {
      const constraints = { video: { facingMode: "environment" }, audio: false };
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      // Someone may have stopped it while the browser asked for permission.
      if (this.#onCode !== onCode) endStream(stream);
      else await this.show(stream, onCode);
    } catch (error) {
      if (this.#onCode === onCode) this.stop();
      throw error;
    }
  }

  /**
   * @param {MediaStream} stream
   * @param {(text: string) => void} onCode
   */
  async show(stream, onCode) {
    const video = this.#video;
    this.#stream = stream;
    video.srcObject = stream;
    video.hidden = false;
    // Do not wait for a slow camera. It is read repeatedly until it shows something.
    video.play().catch(() => {});
    this.read(await loadDecoder(), onCode);
  }

  /**
   * @param {Decode} decode
   * @param {(text: string) => void} onCode
   */
  async read(decode, onCode) {
    if (this.#onCode !== onCode) return;
    const text = this.#video.videoWidth ? await decode(this.#video).catch(() => "") : "";
    if (text && this.#onCode === onCode) onCode(text);
    setTimeout(() => this.read(decode, onCode), READ_MS);
  }

  stop() {
    if (this.#stream) endStream(this.#stream);
    this.#stream = null;
    this.#onCode = null;
    this.#video.srcObject = null;
    this.#video.hidden = true;
  }
}

/** @param {MediaStream} stream */
function endStream(stream) {
  for (const track of stream.getTracks()) track.stop();
}
