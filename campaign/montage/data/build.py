"""Draws the committed PNG files of the montage from the vector art beside this script.

Run it by hand after changing an SVG: ``python campaign/montage/data/build.py``. It needs Playwright
and a Chromium, which the site itself never does. A mask is a promise: a butterfly keeps its place
permanently. So an existing mask is compared and never overwritten. With ``--new-mask NAME`` you
confirm that every butterfly of that shape may move.
"""

import argparse
import io
import json
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
SIDE = 1024
VARIANTS = ["open", "raised", "glide", "bank", "quarter", "narrow", "lift", "side"]

# The sprites are drawn in false colours, which are read as shares. Red is wing cell, green how far
# along the wash from hinge to rim, blue pale spot, and black ink. Alpha is the share of the pixel
# that the butterfly covers.
FALSE_COLOURS = """
<svg width="0" height="0"><defs>
<radialGradient id="fore" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="480">
<stop offset=".04" stop-color="#F00"/>
<stop offset=".45" stop-color="#F07300"/>
<stop offset="1" stop-color="#FFD900"/>
</radialGradient>
<radialGradient id="hind" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="390">
<stop offset=".04" stop-color="#FF1A00"/>
<stop offset=".45" stop-color="#FF9E00"/>
<stop offset="1" stop-color="#FF0"/>
</radialGradient></defs></svg>
<style>body{margin:0;--c:url(#fore);--h:url(#hind);--p:#FF0;--s:#00F;--i:#000}
svg{display:block}</style>
"""
# Level of detail → side in pixels of one sprite. The small ones show a plain wing without spots,
# and the middle ones leave out the outer row of spots. Anything smaller than a pixel would only be
# noise.
LEVELS = {"full": 512, "mid": 128, "small": 64}
# On paper, the first butterflies are as wide as a hand. There is one file per pose, because all of
# them at once would need much memory.
PRINT_SIDE = 2048
MIN_SPOT = 11


# Walks every outline of class ghost, including <use> copies, and places a dot every `step` pixels.
DOTS = """(step) => {
    const svg = document.querySelector("svg");
    for (let use; (use = svg.querySelector("use")); ) {
        const copy = svg.querySelector(use.getAttribute("href")).cloneNode(true);
        const group = document.createElementNS(svg.namespaceURI, "g");
        group.setAttribute("transform", use.getAttribute("transform") ?? "");
        copy.removeAttribute("id");
        group.append(copy);
        use.replaceWith(group);
    }
    for (const hidden of svg.querySelectorAll("defs")) hidden.remove();
    return [...svg.querySelectorAll("path.ghost")].flatMap((path) => {
        const toScreen = path.getScreenCTM();
        return path.getAttribute("d").split(/(?=M)/).flatMap((outline) => {
            path.setAttribute("d", outline);
            const length = path.getTotalLength();
            const count = Math.round((length * Math.hypot(toScreen.a, toScreen.b)) / step);
            return Array.from({ length: count }, (_, each) => {
                const dot = path.getPointAtLength((length * each) / count);
                const { x, y } = dot.matrixTransform(toScreen);
                return [Math.round(x * 16), Math.round(y * 16)];
            });
        });
    });
}"""


def photograph(page: Page, markup: str, width: int, height: int) -> Image.Image:
    """Return a screenshot of the markup as RGBA, with a transparent background."""
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(markup)
    return Image.open(io.BytesIO(page.screenshot(omit_background=True))).convert("RGBA")


def small_wings(symbols: str) -> str:
    """Return the symbols with plain small wings, without spots."""
    symbols = symbols.replace('href="#w-fore"', 'href="#w-fore-small"')
    return symbols.replace('href="#w-hind"', 'href="#w-hind-small"')


def without_rim_spots(symbols: str) -> str:
    """Return the symbols without the small spots of the outer row."""
    return re.sub(r' d="([^"]*)" fill="var\(--s', keep_large_spots, symbols)


def keep_large_spots(path: re.Match[str]) -> str:
    """Return the matched path with only its spots of at least MIN_SPOT."""
    spots = [spot for spot in re.findall(r"M[^M]+", path[1]) if breadth(spot) >= MIN_SPOT]
    return path[0].replace(path[1], "".join(spots))


def breadth(outline: str) -> float:
    """Return the larger of an outline's width and height."""
    points: list[list[float]] = [
        [float(number) for number in point.split()]
        for point in re.findall(r"-?[\d.]+ -?[\d.]+", outline)
    ]
    across, down = ([point[axis] for point in points] for axis in (0, 1))
    return max(max(across) - min(across), max(down) - min(down))


def draw_sprites(page: Page) -> None:
    """Draw the sprite sheet of each level of detail."""
    art = (HERE / "sprites.svg").read_text()
    symbols = art[art.index("<defs>") : art.index("</defs>") + len("</defs>")]
    detail = {"full": symbols, "mid": without_rim_spots(symbols), "small": small_wings(symbols)}
    for level, side in LEVELS.items():
        cells = "".join(
            f'<use href="#{name}" x="{side * (index % 4)}" y="{side * (index // 4)}"'
            f' width="{side}" height="{side}"/>'
            for index, name in enumerate(VARIANTS)
        )
        width, height = 4 * side, 2 * side
        sheet = f'<svg width="{width}" height="{height}">{detail[level]}{cells}</svg>'
        image = photograph(page, FALSE_COLOURS + sheet, width, height)
        image.save(HERE / f"sprites-{level}.png", optimize=True)


def draw_print_sprites(page: Page) -> None:
    """Draw one large file per pose for print."""
    art = (HERE / "sprites.svg").read_text()
    symbols = art[art.index("<defs>") : art.index("</defs>") + len("</defs>")]
    (HERE / "sprites-print").mkdir(exist_ok=True)
    for index, name in enumerate(VARIANTS):
        use = f'<use href="#{name}" width="100%" height="100%"/>'
        pose = f'<svg width="{PRINT_SIDE}" height="{PRINT_SIDE}">{symbols}{use}</svg>'
        image = photograph(page, FALSE_COLOURS + pose, PRINT_SIDE, PRINT_SIDE)
        image.save(HERE / "sprites-print" / f"{index}.png", optimize=True)


def draw_shape(page: Page, name: str, new_mask: bool) -> None:
    """Draw the mask, outline dots and palette of one shape."""
    folder = HERE / name
    art = (folder / "plate.svg").read_text()
    image = photograph(
        page, f"<style>body{{margin:0}}svg{{display:block;width:100%}}</style>{art}", SIDE, SIDE
    )
    pixels = np.asarray(image)
    mask = Image.fromarray(pixels[:, :, 3] >= 128)
    path = folder / "mask.png"
    if (
        path.exists()
        and not new_mask
        and not np.array_equal(np.asarray(Image.open(path)), np.asarray(mask))
    ):
        sys.exit(
            f"{name}: the drawing no longer fits its mask; nothing was written. See --new-mask."
        )
    mask.save(path, optimize=True)
    dots = page.evaluate(DOTS, 7)
    (folder / "ghost.json").write_text(json.dumps(dots, separators=(",", ":")) + "\n")
    palette = np.where(pixels[:, :, 3:] >= 128, pixels[:, :, :3], 0)
    Image.fromarray(palette.astype(np.uint8)).quantize(256).convert("RGB").save(
        folder / "palette.png", optimize=True
    )


def main() -> None:
    """Draw all sprites and shapes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--chromium", help="the browser to draw with, when it is not Playwright's own"
    )
    parser.add_argument("--new-mask", action="append", default=[], metavar="NAME")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, args=["--no-sandbox"]
        )
        page = browser.new_page()
        draw_sprites(page)
        draw_print_sprites(page)
        for folder in sorted(path.parent for path in HERE.glob("*/plate.svg")):
            draw_shape(page, folder.name, folder.name in arguments.new_mask)
        browser.close()


if __name__ == "__main__":
    main()
