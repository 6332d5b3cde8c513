// Reads a pairing code with the camera: by the browser's own reader, or else by ours, which is
// loaded only then.

const READ_MS = 250;
const WIDTH = 640;

async function bundledReader() {
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

async function nativeReader() {
  if (!window.BarcodeDetector) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => {
    const [code] = await detector.detect(video);
    return code ? code.rawValue : "";
  };
}

export const hasCamera = () => Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);

export class QrScanner {
  #timer;

  constructor(video) {
    this.video = video;
    this.stream = null;
    this.#timer = null;
  }

  /** Show the camera and call `onCode(text)` for each code seen. Throws if there is no camera. */
  async start(onCode) {
    const constraints = { video: { facingMode: "environment" }, audio: false };
    this.stream = await navigator.mediaDevices.getUserMedia(constraints);
    this.video.srcObject = this.stream;
    await this.video.play();
    const read = (await nativeReader().catch(() => null)) || (await bundledReader());
    const readFrame = async () => {
      if (!this.stream) return;
      const text = this.video.videoWidth ? await read(this.video).catch(() => "") : "";
      if (text) onCode(text);
      this.#timer = setTimeout(readFrame, READ_MS);
    };
    readFrame();
  }

  stop() {
    clearTimeout(this.#timer);
    if (this.stream) for (const track of this.stream.getTracks()) track.stop();
    this.stream = null;
  }
}
