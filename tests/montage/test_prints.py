"""Tests of printed montages and of the text on posters.

A number has the same place and colour on a card, on a poster and in the montage.
"""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import segno
from PIL import Image

from bench.rows.montage import RENDERER
from campaign.montage.cards.drawing import LEFT, SIDE, TOP, Card, draw_card
from campaign.montage.layout import places, size
from campaign.montage.posters.layout import CODE, EDGE, FOOT_WITH_CODE, set_poster
from campaign.montage.posters.renderer import print_poster
from campaign.montage.posters.spec import PosterSpec, pixels_of
from campaign.montage.rendering.drawing import Painting, draw, over
from campaign.montage.shapes.files import DATA, shape_named, shape_names
from campaign.montage.typesetting import PAPER, PrintIdentity, rgb
from campaign.sharing.qr_codes import QUIET_ZONE

SHAPES = shape_names()
IDENTITY = PrintIdentity(name="River Keepers", fill="#f28c1b", text="#8f3604", has_spots=True)
NAMES_TEXTS = {
    "heading": "3 names.",
    "further": "Further.",
    "not_all": "In the PDF.",
    "sheet": "Sheet {n} of {m}",
    "unset": "Unset: {n}.",
}


def card(shape, last, gaps=(), **more):
    fields = {
        "lang": "en",
        "identity": IDENTITY,
        "title": "Butterflies",
        "above": "",
        "count": "43",
        "caption": "butterflies",
    }
    fields |= {
        "call": "Add yours now",
        "address": "volante.example",
        "shape": shape,
        "last": last,
        "gaps": tuple(gaps),
        **more,
    }
    picture = Image.open(io.BytesIO(draw_card(Card(**fields), shape_named(shape)))).convert("RGB")
    return np.asarray(picture).astype(int)


def spec(shape, last, gaps=(), *, file_format="png", size="900", names_file="", **more):
    fields = {
        "lang": "en",
        "identity": IDENTITY,
        "title": "Butterflies",
        "count": f"{last}",
        "caption": "butterflies",
    }
    fields |= {
        "counted_on": "Counted on Tuesday",
        "url": "https://volante.example/en/causes/valley",
        "picture_alt": "The picture.",
    }
    fields |= {
        "shape_folder": str(DATA / shape),
        "last": last,
        "gaps": tuple(gaps),
        "names_texts": NAMES_TEXTS,
    }
    return PosterSpec(
        file_format=file_format, size=size, names_file=str(names_file), **{**fields, **more}
    )


def printed(order):
    file = io.BytesIO()
    print_poster(order, shape_named(Path(order.shape_folder).name), file)
    return file.getvalue()


def poster(order):
    return np.asarray(Image.open(io.BytesIO(printed(order)))).astype(int)


def frame_of(order):
    """Return the corner and side in pixels of the montage on a PNG poster."""
    _, frame = set_poster(order, shape_named(Path(order.shape_folder).name))
    scale = int(order.size) / order.page_size[0]
    return tuple(round(length * scale) for length in (frame.x, frame.y, frame.side))


def texts_of(order):
    return [
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(printed(order))
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["River Keepers", "", "Guardianes del Río y de sus Orillas, A. C. " * 4]
)
def test_poster_names_the_organisation_at_its_foot(name):
    order = spec(
        "dove", 3, file_format="pdf", size="A3", identity=replace(IDENTITY, name=name.strip())
    )
    [text] = texts_of(order)
    assert name.strip() in " ".join(text.split())
    assert "Volante" not in text
    assert "volante.example" in text


def test_poster_has_the_code_of_its_url_at_the_lower_right():
    order = spec("dove", 3, size="1200")
    pixels, unit = poster(order), 1.2
    rows = segno.make(order.url, error="m", micro=False).matrix
    module = CODE * unit / (len(rows) + 2 * QUIET_ZONE)
    left = (1000 - EDGE - CODE) * unit + QUIET_ZONE * module
    top = len(pixels) - (FOOT_WITH_CODE - 18) * unit + QUIET_ZONE * module
    seen = [
        [
            pixels[int(top + (down + 0.5) * module), int(left + (across + 0.5) * module)].max()
            < 128
            for across in range(len(rows))
        ]
        for down in range(len(rows))
    ]
    assert seen == [[bool(dark) for dark in row] for row in rows]


def test_margin_is_a_line_in_the_accent_colour_or_spots():
    identity = replace(IDENTITY, fill="#7a1f5c", has_spots=False)
    plain, spotted = (
        card("dove", 3, identity=replace(identity, has_spots=has_spots))
        for has_spots in (False, True)
    )
    assert np.abs(plain[3, 600] - rgb("#7a1f5c")).max() < 12
    colours = {tuple(pixel) for pixel in spotted[:26].reshape(-1, 3)}
    assert not any(np.abs(np.array(colour) - rgb("#7a1f5c")).max() < 12 for colour in colours)


def place_of(shape, number, last, side):
    _, x, y = places(shape_named(shape), number, number)
    rim = min(size(shape_named(shape), last) * side * 0.66, side / 2)
    return tuple(float(np.clip(item[0] / 2**32 * side, rim, side - rim)) for item in (x, y))


def middle_of_difference(first, second):
    rows, columns = np.nonzero((np.abs(first - second) > 24).any(axis=2))
    return columns.mean(), rows.mean()


@pytest.mark.one_case
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("number", [1, 17, 43])
def test_butterfly_has_its_place_on_card_and_poster(shape, number):
    whole, without = card(shape, 43), card(shape, 43, [number])
    reach = size(shape_named(shape), 43) * 0.4
    across, down = place_of(shape, number, 43, SIDE)
    assert middle_of_difference(whole, without) == pytest.approx(
        (LEFT + across, TOP + down), abs=reach * SIDE
    )
    order = spec(shape, 43)
    x, y, side = frame_of(order)
    across, down = place_of(shape, number, 43, side)
    found = middle_of_difference(poster(order), poster(spec(shape, 43, [number])))
    assert found == pytest.approx((x + across, y + down), abs=reach * side)


@pytest.mark.one_case
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("last", [0, 1, 43, 3000])
def test_montage_on_a_card_is_the_montage(shape, last):
    paper = Image.new("RGBA", (SIDE, SIDE), (*PAPER, 255))
    paper.alpha_composite(draw(shape_named(shape), last, SIDE))
    drawn = card(shape, last)[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    assert np.abs(drawn - np.asarray(paper.convert("RGB")).astype(int)).mean() < 3


@pytest.mark.one_case
@pytest.mark.parametrize("shape", SHAPES)
def test_montage_on_a_poster_is_the_montage(shape):
    order = spec(shape, 3000)
    x, y, side = frame_of(order)
    painting = Painting(shape_named(shape), 3000, side, printed=True).rows(0, side)
    paper = np.empty((side, side, 3), np.uint8)
    paper[:] = PAPER
    drawn = poster(order)[y : y + side, x : x + side]
    expected = over(painting, paper)[: len(drawn)]
    painted = painting[: len(drawn), :, 3] > 0
    assert np.abs(drawn - expected.astype(int))[painted].max() <= 2


def test_pdf_shows_what_the_png_shows():
    png = Image.fromarray(poster(spec("dove", 640, size="842")).astype(np.uint8))
    pdf = pypdfium2.PdfDocument(printed(spec("dove", 640, file_format="pdf", size="A3")))
    seen = pdf[0].render(scale=1).to_pil().convert("RGB").resize(png.size)
    near, far = (np.asarray(item.reduce(8)).astype(int) for item in (seen, png))
    assert np.abs(near - far).mean() < 4


@pytest.mark.parametrize(
    ("paper", "millimetres"),
    [("A3", (297, 420)), ("A2", (420, 594)), ("A1", (594, 841)), ("A0", (841, 1189))],
)
def test_pdf_has_the_size_of_its_paper(paper, millimetres):
    sheets, _ = set_poster(spec("drop", 0, file_format="pdf", size=paper), shape_named("drop"))
    page = pypdfium2.PdfDocument(sheets.output())[0]
    assert page.get_size() == pytest.approx([length * 72 / 25.4 for length in millimetres], abs=0.1)


@pytest.mark.parametrize(
    "title",
    [
        "Bring them home",
        "Retrouver les quarante-trois " * 6,
        "Donaudampfschifffahrtsgesellschaftskapitän" * 4,
    ],
)
@pytest.mark.parametrize("last", [0, 1, 28_000])
def test_nothing_overflows_the_page_or_the_montage(title, last):
    order = spec("monarch", last, title=title.strip(), file_format="pdf", size="A3")
    sheets, frame = set_poster(order, shape_named("monarch"))
    page = pypdfium2.PdfDocument(sheets.output())[0]
    width, height = page.get_size()
    text = page.get_textpage()
    top, bottom = (
        height - frame.y - frame.side * frame.first,
        height - frame.y - frame.side * frame.last,
    )
    for index in range(text.count_rects()):
        left, low, right, high = text.get_rect(index)
        assert left > 0.04 * width and right < 0.96 * width and low > 0
        assert low > top - 1 or high < bottom + 1


def test_every_name_is_printed_once_in_its_own_script(tmp_path):
    names = [f"Ana {index} de la Cruz" for index in range(900)] + [
        "فاطمة الزهراء",
        "王小明",
        "김민준",
        "प्रिया शर्मा",
        "Олена Шевченко",
    ]
    (tmp_path / "names").write_text("\n".join(names) + "\n", encoding="utf-8")
    document = pypdfium2.PdfDocument(
        printed(spec("drop", 905, file_format="pdf", size="A3", names_file=tmp_path / "names"))
    )
    assert len(document) == 2
    fields = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    assert all(fields.count(name) == 1 for name in names[:900:50])
    assert "王小明" in fields and "김민준" in fields and "Олена Шевченко" in fields
    assert "Further." in fields and "Sheet 2 of 2" in fields


def test_name_without_a_font_is_reported_and_not_printed_as_boxes(tmp_path):
    (tmp_path / "names").write_text("Amalia Rosales\n𓀀𓀁\n", encoding="utf-8")
    [page] = pypdfium2.PdfDocument(
        printed(spec("drop", 2, file_format="pdf", size="A3", names_file=tmp_path / "names"))
    )
    assert "Unset: 1." in page.get_textpage().get_text_range()


def test_names_that_do_not_fit_on_a_png_are_said_to_be_in_the_pdf(tmp_path):
    (tmp_path / "names").write_text("Amalia Rosales\n" * 2000, encoding="utf-8")
    order = spec("drop", 2000, size="600", names_file=tmp_path / "names")
    sheets, _ = set_poster(order, shape_named("drop"), ["Amalia Rosales"] * 2000)
    assert (
        "In the PDF." in pypdfium2.PdfDocument(sheets.output())[0].get_textpage().get_text_range()
    )


@pytest.mark.scale
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process needed")
def test_poster_of_a_million_needs_less_than_600_megabytes(tmp_path):
    """Measured in a separate process, for the largest paper and the widest picture."""
    for order in (
        spec("drop", 1_000_000, file_format="pdf", size="A0"),
        spec("monarch", 1_000_000, size="12000"),
    ):
        (tmp_path / "spec.json").write_text(order.to_json())
        output = tmp_path / f"poster.{order.form}"
        done = subprocess.run(
            [sys.executable, "-c", RENDERER, str(tmp_path / "spec.json"), str(output)],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        *progress, (_, peak) = (line.split() for line in done.stdout.splitlines() if line)
        assert int(peak) < 600 * 1024
        output_text = [int(fields[0]) for fields in progress]
        assert output_text == sorted(output_text) and output_text[-1] == 100
        if order.form == "png":
            Image.MAX_IMAGE_PIXELS = None
            assert Image.open(output).size == pixels_of(12_000)


def test_spec_survives_its_file():
    order = spec("dove", 43, [7])
    assert PosterSpec.from_json(json.dumps(json.loads(order.to_json()))) == order
