"""Places, pictures and posters of a million butterflies, each measured in its own process."""

import subprocess
import sys
from time import perf_counter

from bench.processes import ROOT
from bench.report import Row
from campaign.montage.cards.drawing import Card
from campaign.montage.layout import STEP_X, STEP_Y, places
from campaign.montage.posters.spec import PosterSpec
from campaign.montage.rendering.drawing import draw, encode_png
from campaign.montage.shapes.files import DATA, shape_named
from campaign.montage.typesetting import PrintIdentity

MILLION = 1_000_000
IDENTITY = PrintIdentity(name="River Keepers", fill="#f28c1b", text="#8f3604", has_spots=False)
# The slow baseline does only part of the million: its cost per butterfly is the same everywhere.
FEW = 20_000
SIX_MILLION, MAX_PICTURE_SECONDS = 6 * MILLION, 1.5
MAX_LAYOUT_MS, MAX_MEGABYTES = 50, 600
ROUNDS = 5
# The kernel's record of this process's memory: getrusage starts from the parent's.
RENDERER = """
import runpy, sys
sys.argv = ['press', *sys.argv[1:]]
runpy.run_module('campaign.montage.posters.renderer', run_name='__main__')
[peak] = (line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))
print('peak', peak)
"""


def measure(_scale, folder):
    """Yield a row for the layout, for a picture of a page, and for the two largest posters."""
    yield _layout()
    yield _picture()
    yield _large_picture()
    yield _large_card()
    for file_format, size in (("pdf", "A0"), ("png", "12000")):
        yield _poster(file_format, size, folder)


def _layout():
    shape = shape_named("monarch")
    places(shape, 1, MILLION)
    took = min(_seconds(places, shape, 1, MILLION) for _ in range(ROUNDS)) * 1000
    plain = _seconds(_plain_places, shape.mask.tolist(), FEW) * 1000 * MILLION / FEW
    return Row(
        "positions of 1,000,000 butterflies",
        f"{took:.0f} ms",
        f"{plain:,.0f} ms in plain Python, by {FEW:,}",
        f"< {MAX_LAYOUT_MS} ms",
        took < MAX_LAYOUT_MS,
    )


def _plain_places(mask, count):
    """The same places, one after the other."""
    places_found, candidate, step_x, step_y = [], 0, int(STEP_X), int(STEP_Y)
    while len(places_found) < count:
        candidate += 1
        x, y = candidate * step_x & 0xFFFFFFFF, candidate * step_y & 0xFFFFFFFF
        if mask[y >> 22][x >> 22]:
            places_found.append((x, y))
    return places_found


def _picture():
    shape = shape_named("monarch")
    draw(shape, 10, 100)
    took = _seconds(lambda: encode_png(draw(shape, MILLION, 1200)))
    one_by_one = _seconds(draw, shape, FEW, 1200) * MILLION / FEW
    return Row(
        "montage.png of 1,000,000, 1200 px",
        f"{took:.1f} s",
        f"{one_by_one:.0f} s one by one, by {FEW:,}",
    )


def _large_picture():
    took = _cold(
        "from campaign.montage.rendering.drawing import draw, encode_png",
        f"encode_png(draw(shape, {SIX_MILLION}, 1200))",
    )
    return _quick("montage.png of 6,000,000, 1200 px, cold", took)


def _large_card():
    fields = {
        "lang": "en",
        "identity": IDENTITY,
        "title": "Butterflies",
        "above": "",
        "count": "6,000,000",
    }
    fields |= {
        "caption": "confirmed signatures",
        "call": "Add yours now",
        "address": "example.org/s/home",
    }
    card = Card(**fields, shape="monarch", last=SIX_MILLION, gaps=())
    return _quick(
        "card.png of 6,000,000, cold",
        _cold(
            "from campaign.montage.cards.drawing import Card, PrintIdentity, draw_card",
            f"draw_card({card!r}, shape)",
        ),
    )


def _quick(name, took):
    return Row(name, f"{took:.1f} s", "", f"≤ {MAX_PICTURE_SECONDS} s", took <= MAX_PICTURE_SECONDS)


def _cold(imports, work):
    """Return the seconds that a process's first work of this kind takes, after loading."""
    program = f"""
from time import perf_counter
from campaign.montage.shapes.files import shape_named
{imports}
begun = perf_counter()
shape = shape_named("monarch")
{work}
print(perf_counter() - begun)
"""
    command = [sys.executable, "-c", program]
    return float(
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )


def _poster(file_format, size, folder):
    seconds, megabytes = _print_poster(file_format, size, MILLION, folder)
    few_seconds, few_megabytes = _print_poster(file_format, size, 1000, folder)
    return Row(
        f"poster.{file_format} of 1,000,000, {size if file_format == 'pdf' else f'{int(size):,} px'}",
        f"{seconds:.0f} s, {megabytes:.0f} MB at its peak",
        f"{few_seconds:.0f} s, {few_megabytes:.0f} MB for 1,000",
        f"< {MAX_MEGABYTES} MB",
        max(megabytes, few_megabytes) < MAX_MEGABYTES,
    )


def _print_poster(file_format, size, count, folder):
    """Print a poster as the worker does and return (seconds, peak megabytes) of its process."""
    fields = {
        "title": "Butterflies",
        "caption": "butterflies",
        "counted_on": "",
        "url": "https://example.org/en/causes/home",
        "picture_alt": "",
    }
    fields |= {"lang": "en", "identity": IDENTITY, "names_file": "", "names_texts": {}, "gaps": ()}
    spec = PosterSpec(
        file_format=file_format,
        size=size,
        count=f"{count:,}",
        shape_folder=str(DATA / "monarch"),
        last=count,
        **fields,
    )
    (folder / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    command = [sys.executable, "-c", RENDERER, folder / "spec.json", folder / "poster"]
    begun = perf_counter()
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return perf_counter() - begun, int(output.split()[-1]) / 1024


def _seconds(work, *arguments):
    begun = perf_counter()
    work(*arguments)
    return perf_counter() - begun
