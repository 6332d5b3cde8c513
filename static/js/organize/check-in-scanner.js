// The button of the check-in page that starts and stops the camera.

import { getElement } from "../parts/get-element.js";
import { hasCamera, QrScanner } from "../parts/qr-scanner.js";

// The same code stays in front of the camera for a while.
const SAME_CODE_MS = 4000;

/**
 * Show the button in `root` if there is a camera.
 *
 * Call `onCode(code)` for each code held before the camera, and `onRefused()` if it does not start.
 *
 * @param {HTMLElement} root
 * @param {{ onCode: (code: string) => void, onRefused: () => void }} listeners
 */
export function offerScanner(root, { onCode, onRefused }) {
  if (!hasCamera()) return;
  const button = getElement(root, "[data-scan]");
  const label = getElement(root, "[data-scan-text]");
  const startText = label.textContent;
  const scanner = new QrScanner(getElement(root, "[data-camera]"));
  let last = { code: "", at: 0 };

  /** @param {string} code */
  const see = (code) => {
    const now = Date.now();
    const isSame = code === last.code && now - last.at < SAME_CODE_MS;
    last = { code, at: now };
    if (!isSame) onCode(code);
  };
  const stop = () => {
    scanner.stop();
    label.textContent = startText;
  };
  const start = async () => {
    label.textContent = label.dataset.stop ?? "";
    try {
      await scanner.start(see);
    } catch (error) {
      stop();
      onRefused();
    }
  };
  button.hidden = false;
  button.addEventListener("click", () => (scanner.isOn ? stop() : start()));
  addEventListener("pagehide", stop);
  document.addEventListener("visibilitychange", () => document.hidden && stop());
}
