// Reads a pairing code with the camera: by the browser's own reader, or else by ours, which is
// loaded only then.

const EACH_MS = 250;
const WIDTH = 640;

async function ownReader() {
  const { decodeQR } = await import("../../vendor/qr-decode-0.7.0.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    canvas.width = WIDTH;
    canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return decodeQR({ data, width, height });
    } catch (error) {
      return "";
    }
  };
}

async function browsersReader() {
  if (!window.BarcodeDetector) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => {
    const [found] = await detector.detect(video);
    return found ? found.rawValue : "";
  };
}

export const canScan = () => Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);

export class Scanner {
  constructor(video) {
    Object.assign(this, { video, stream: null, timer: null });
  }

  /** Show the camera and call `found(text)` for each code seen. Throws if there is no camera. */
  async start(found) {
    const facing = { video: { facingMode: "environment" }, audio: false };
    this.stream = await navigator.mediaDevices.getUserMedia(facing);
    this.video.srcObject = this.stream;
    await this.video.play();
    const read = (await browsersReader().catch(() => null)) || (await ownReader());
    const look = async () => {
      if (!this.stream) return;
      const text = this.video.videoWidth ? await read(this.video).catch(() => "") : "";
      if (text) found(text);
      this.timer = setTimeout(look, EACH_MS);
    };
    look();
  }

  stop() {
    clearTimeout(this.timer);
    if (this.stream) for (const track of this.stream.getTracks()) track.stop();
    this.stream = null;
  }
}
