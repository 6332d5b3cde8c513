"""Tests of butterfly stamps without WebGL2: their cache is bounded in bytes."""

from tests.browser.modules.little_site import BASE

MAX_PIXELS = 2**24
SIDE = 400

# Use a renderer whose shape has a different colour at each of its first places, and a loaded sheet.
STAMP = """async ([url, many, size]) => {
  const { CanvasRenderer } = await import(url);
  const pixels = new Uint8Array(1024 * 1024).map((_, at) => 1 + (at % 250));
  const colours = Array.from({ length: 250 * 3 }, (_, at) => at % 256);
  const shape = { pixels, colours, ink: [0, 0, 0], night_ink: [9, 9, 9], near: [], centre: [512, 512] };
  const renderer = new CanvasRenderer(document.createElement("canvas"), shape, "/nowhere/{level}.png");
  const sheet = { image: new ImageData(4 * 64, 2 * 64), side: size };
  sheet.image.data.fill(255);
  renderer.sheets.for = () => sheet;
  let most = 0;
  for (let at = 0; at < many; at += 1) {
    const stamp = renderer.stamp({ x: at << 22, y: 0 }, 0, size, false);
    if (stamp.width < size) throw new Error("No stamp");
    const kept = [...renderer.stamps.values()].reduce((sum, { canvas }) => sum + canvas.width * canvas.height, 0);
    most = Math.max(most, kept);
  }
  return most;
}"""


def test_large_stamps_are_evicted_before_they_fill_the_memory(page):
    page.goto("/pages/thanks.html")
    pixels = page.evaluate(STAMP, [f"{BASE}/montage/canvas-renderer.js", 150, SIDE])
    assert MAX_PIXELS / 2 < pixels <= MAX_PIXELS + (SIDE * 1.2) ** 2
