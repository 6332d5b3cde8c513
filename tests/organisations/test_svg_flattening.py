"""Tests of SVG logos in PDFs: each looks as in a browser, or is refused."""

import pytest

from campaign.montage.typesetting import WHITE, PdfCanvas, Pixels
from campaign.organisations.svg import clean_svg
from campaign.organisations.svg_flattening import MAX_DRAWN_CHARACTERS, flat_svg
from campaign.organisations.svg_numbers import NotDrawable
from tests.organisations.test_svg import svg

SIDE = 200
RED, GREEN, BLUE, BLACK, PAPER = (
    (255, 0, 0),
    (0, 128, 0),
    (0, 0, 255),
    (0, 0, 0),
    (255, 255, 255),
)
VIEW = 'viewBox="0 0 10 10"'


def drawn(content, attributes=VIEW):
    """Return the colours of the drawing in a PDF, by (x, y) in units of its viewBox of 10 × 10."""
    canvas = PdfCanvas(SIDE, SIDE, title="", lang="en")
    canvas.add(WHITE)
    canvas.picture(flat_svg(clean_svg(svg(content, attributes)).data), 0, 0, SIDE, SIDE)
    pixels = Pixels(canvas.output(), SIDE, SIDE)
    rows = pixels.rows(0, SIDE)
    pixels.close()
    return lambda x, y: tuple(int(part) for part in rows[int(y * SIDE / 10), int(x * SIDE / 10)])


@pytest.mark.parametrize(
    ("content", "colours"),
    [
        ('<rect width="5" height="10"/>', {(2, 5): BLACK, (7, 5): PAPER}),
        ('<rect width="50%" height="100%" fill="RED"/>', {(2, 5): RED, (7, 5): PAPER}),
        ('<rect width="5px" height="10px" fill="hsl(240, 100%, 50%)"/>', {(4.8, 5): BLUE}),
        ('<g fill="#f00"><g><circle cx="5" cy="5" r="4"/></g></g>', {(5, 5): RED, (0.5, 0.5): PAPER}),
        ('<g color="red"><rect width="9" height="9" fill="currentColor"/></g>', {(5, 5): RED}),
        ('<path d="M0 0H10V10H0ZM3 3H7V7H3Z" fill-rule="evenodd"/>', {(1, 1): BLACK, (5, 5): PAPER}),
        ('<g transform="translate(5 0) scale(.5)"><rect width="10" height="10"/></g>',
         {(7, 2): BLACK, (2, 2): PAPER, (7, 7): PAPER}),
        ('<rect width="10" height="10" transform="scale(5e-1)"/>', {(2, 2): BLACK, (7, 7): PAPER}),
        ('<rect width="4" height="4" transform="rotate(180, 5, 5)"/>', {(8, 8): BLACK, (2, 2): PAPER}),
        (('<rect width="9" height="9" display="none"/><path d="M0 0h9v9" visibility="hidden"/>'
         '<rect x="9" width="1" height="1"/>'), {(5, 5): PAPER, (7, 2): PAPER}),
        ('<line x1="0" y1="5" x2="10" y2="5" stroke="blue" stroke-width="2px"/>',
         {(5, 4.5): BLUE, (5, 2): PAPER}),
        ('<use href="#a" x="5" fill="blue"/><defs><rect id="a" width="5" height="5"/></defs>',
         {(7, 2): BLUE, (2, 2): PAPER}),
        (('<use href="#a" y="5" width="5" height="5"/><symbol id="a" viewBox="0 0 100 100">'
         '<rect width="100" height="100" fill="red"/></symbol>'), {(2, 7): RED, (7, 7): PAPER, (2, 2): PAPER}),
        ('<svg x="5" y="5" width="5" height="5" viewBox="0 0 2 2"><rect width="2" height="2"/></svg>',
         {(7, 7): BLACK, (2, 2): PAPER}),
    ],
)  # fmt: skip
def test_shapes_look_as_in_a_browser(content, colours):
    colour_at = drawn(content)
    assert {place: colour_at(*place) for place in colours} == colours


def test_group_is_cut_by_its_clip_path():
    colour_at = drawn(
        '<defs><clipPath id="cut-1"><rect width="5" height="5"/></clipPath></defs>'
        '<g clip-path="url(#cut-1)" transform="translate(5 0)">'
        '<g transform="rotate(90)"><rect x="-10" y="-10" width="30" height="30"/></g></g>'
    )
    assert [colour_at(*place) for place in ((7, 2), (2, 2), (7, 7))] == [BLACK, PAPER, PAPER]


def test_clip_paths_around_the_whole_drawing_may_contain_others():
    whole = '<clipPath id="all"><rect width="10" height="10"/></clipPath>'
    half = '<clipPath id="half"><path d="M0 0H5V10H0Z"/></clipPath>'
    colour_at = drawn(
        f'<defs>{whole}{half}</defs><g clip-path="url(#all)"><g clip-path="url(#half)">'
        '<rect width="10" height="10"/></g></g>'
    )
    assert (colour_at(2, 5), colour_at(7, 5)) == (BLACK, PAPER)


def test_gradient_continues_another_and_moves_with_the_shape():
    colour_at = drawn(
        '<linearGradient id="stops"><stop stop-color="red"/><stop offset=".5" stop-color="red"/>'
        '<stop offset=".5" stop-color="blue"/><stop offset="1" stop-color="blue"/></linearGradient>'
        '<linearGradient id="line" href="#stops" gradientUnits="userSpaceOnUse" x2="4" x1="0"/>'
        '<g fill="url(#line)" transform="matrix(-1 0 0 1 10 0)"><rect width="4" height="4"/></g>'
        '<rect y="5" width="10" height="5" fill="url(#stops)"/>'
    )
    assert (colour_at(9.5, 2), colour_at(6.5, 2)) == (RED, BLUE)
    assert (colour_at(1, 7), colour_at(9, 7)) == (RED, BLUE)


@pytest.mark.parametrize(
    "content",
    [
        '<text x="1" y="5">Keepers</text>',
        '<mask id="m"><rect width="9" height="9"/></mask><g mask="url(#m)"><rect width="9" height="9"/></g>',
        '<pattern id="p"><rect width="1" height="1"/></pattern><rect width="9" height="9" fill="url(#p)"/>',
        '<clipPath id="c"><circle r="4"/></clipPath><rect width="9" height="9" clip-path="url(#c)"/>',
        '<linearGradient id="g"><stop/><stop offset="1" stop-opacity=".5"/></linearGradient><rect width="9" height="9" fill="url(#g)"/>',
        '<rect width="3em" height="9"/>',
        '<rect width="1e30" height="9"/>',
        '<rect width="9" height="9" fill="color(display-p3 1 0 0)"/>',
        '<rect width="9" height="9" transform="rotate3d(1)"/>',
        (
            '<linearGradient id="g"><stop/><stop offset="1"/></linearGradient>'
            '<path d="M0 0h9" stroke="url(#g)"/>'
        ),
    ],
)
def test_what_would_look_different_is_refused(content):
    with pytest.raises(NotDrawable):
        flat_svg(clean_svg(svg(content, VIEW)).data)


def test_copies_do_not_make_a_small_file_draw_without_limit():
    outline = "M0 0" + "h1v1" * (MAX_DRAWN_CHARACTERS // 400)
    copies = '<use href="#a"/>' * 200
    with pytest.raises(NotDrawable):
        flat_svg(clean_svg(svg(f'<path id="a" d="{outline}"/>{copies}', VIEW)).data)
