"""Fake a camera that sees a QR code, in a browser without a decoder for QR codes."""

import segno

CAMERA = """(rows) => {
  delete window.BarcodeDetector;
  window.rows = rows;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 640, height: 480 });
  const context = canvas.getContext("2d");
  const draw = () => {
    const side = Math.floor(440 / window.rows.length);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, 640, 480);
    context.fillStyle = "#000";
    window.rows.forEach((row, y) =>
      row.forEach((dark, x) => dark && context.fillRect(100 + x * side, 20 + y * side, side, side)),
    );
  };
  setInterval(draw, 50);
  navigator.mediaDevices.getUserMedia = async () => {
    window.filming = canvas.captureStream(20);
    return window.filming;
  };
}"""
IS_OFF = "window.filming.getTracks().every((track) => track.readyState === 'ended')"


def install_camera(page, text):
    """Replace the camera of the open page by one that sees `text` as a QR code."""
    page.evaluate(CAMERA, _modules(text))


def show_code(page, text):
    """Hold another QR code before the fake camera."""
    page.evaluate("(rows) => { window.rows = rows; }", _modules(text))


def is_camera_off(page):
    return page.evaluate(IS_OFF)


def _modules(text):
    return [list(row) for row in segno.make(text, error="m", micro=False).matrix]
