"""Tests in a real browser that the montage's JavaScript and Python give the same answers."""

import json
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import sync_playwright

from campaign.montage.layout import size
from campaign.montage.shapes.files import shape_named, shape_names
from tests.chromium import ARGUMENTS, find
from tests.montage.vectors import STRETCHES, vector_path

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find() is None, reason="NO CHROMIUM: the montage's JavaScript is untested."),
]

PREPARE = """async ([name, centre]) => {
    const montage = await import("/static/js/lib/montage-layout.js");
    const pixels = async (file) => {
        const answer = await fetch(`/campaign/montage/data/${name}/${file}`);
        const image = await createImageBitmap(await answer.blob());
        const context = new OffscreenCanvas(1024, 1024).getContext("2d");
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, 1024, 1024).data;
    };
    const palette = await pixels("palette.png");
    const shape = { ...montage.packMask(await pixels("mask.png")), palette, centre };
    window.montage = { ...montage, shape, places: new montage.Places(shape.mask) };
    return shape.area;
}"""

ROWS = """(stretches) => stretches.flatMap(([first, last]) => {
    const { x, y } = montage.places.between(first, last);
    const { variant, flip, turn, scale, colour, depth } = montage.wings(montage.shape, first, x, y);
    return Array.from(x, (_, i) => [first + i, x[i], y[i], variant[i], flip[i], turn[i], scale[i],
        colour[3 * i], colour[3 * i + 1], colour[3 * i + 2], depth[i]]);
})"""

BEST_OF_FIVE = """() => Math.min(...[1, 2, 3, 4, 5].map(() => {
    const start = performance.now();
    new montage.Places(montage.shape.mask).between(1, 1000000);
    return performance.now() - start;
}))"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *details):
        """A quiet request handler: a test prints nothing unless it fails."""


@pytest.fixture(scope="module")
def page():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=ROOT))
    Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/campaign/montage/data/sprites.svg")
        yield page
        browser.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", shape_names())
def test_browser_places_every_butterfly_as_python_does(page, name):
    shape = shape_named(name)
    assert page.evaluate(PREPARE, [name, list(shape.centre)]) == shape.area
    assert (
        page.evaluate(ROWS, [list(stretch) for stretch in STRETCHES])
        == json.loads(vector_path(name).read_text())["rows"]
    )


def test_browser_computes_the_same_size(page):
    shape = shape_named("monarch")
    page.evaluate(PREPARE, ["monarch", list(shape.centre)])
    for count in (0, 1, 42, 43, 643, 1_999, 2_000, 12_408, 1_000_000):
        there = page.evaluate("(count) => montage.size(montage.shape.area, count)", count)
        assert there == pytest.approx(size(shape, count), rel=1e-12)


@pytest.mark.scale
def test_browser_computes_a_million_places_quickly(page):
    page.evaluate(PREPARE, ["monarch", list(shape_named("monarch").centre)])
    # Three times the promise. A busy machine may take longer.
    assert page.evaluate(BEST_OF_FIVE) < 300
