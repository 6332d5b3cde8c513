"""Share cards: the preview picture of a link to a cause or a petition."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from campaign.montage.fonts import DISPLAY_FONT, LABEL_FONT, LABEL_FONT_BOLD
from campaign.montage.rendering.drawing import Painting, encode_png, over
from campaign.montage.shapes.files import Shape
from campaign.montage.typesetting import (
    INK,
    INK_2,
    INK_3,
    PAPER,
    PdfCanvas,
    Pixels,
    PrintIdentity,
    draw_margin,
    rgb,
)

WIDTH, HEIGHT = 1200, 630
MARGIN = 26
# Position of the montage: its side, left and top. Then the left edge of the text and its width.
SIDE, LEFT, TOP = 552, 622, 52
EDGE, TEXT_WIDTH = 56, 548
TITLE_SIZES = (84, 76, 70, 64, 58, 52, 46, 42, 38, 34, 30)
COUNT_SIZES = (104, 92, 80, 70, 60)
CALL_SIZE, ADDRESS_SIZE = 24, 20
OUTCOME_SIZE, OUTCOME_PADDING = 28, 16
COLOURS = 254


@dataclass(frozen=True)
class Card:
    """The content of a share card, in one language.

    `above` is the line over the title. `count` may be empty. `outcome` is what came of a petition,
    or empty. `call` asks the reader to sign, above the `address`. The montage shows butterflies 1 …
    `last` without the `gaps`.
    """

    lang: str
    identity: PrintIdentity
    title: str
    above: str
    count: str
    caption: str
    call: str
    address: str
    shape: str
    last: int
    gaps: tuple[int, ...]
    outcome: str = ""


def draw_card(card: Card, shape: Shape) -> bytes:
    """Return a Card as PNG, 1200×630, with the montage of `shape`."""
    text = Pixels(_set(card), WIDTH, HEIGHT)
    rows = text.rows(0, HEIGHT)
    text.close()
    montage = Painting(shape, card.last, SIDE, gaps=card.gaps).rows(0, SIDE)
    montage_area = np.s_[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    rows[montage_area] = over(montage, rows[montage_area])
    return encode_png(Image.fromarray(rows).convert("RGBA"), COLOURS)


def _set(card: Card) -> bytes:
    canvas = PdfCanvas(WIDTH, HEIGHT, title=card.title, lang=card.lang)
    canvas.add(PAPER)
    draw_margin(canvas, MARGIN, card.identity)
    floor = _set_foot(canvas, card)
    top: float = MARGIN + 44
    if card.above:
        lines, size = canvas.fitted(card.above, TEXT_WIDTH, 60, LABEL_FONT_BOLD, (24, 21, 19), 1.25)
        for line in lines[:2]:
            top += 1.05 * size
            canvas.draw_text(line, EDGE, top, LABEL_FONT_BOLD, size, rgb(card.identity.text))
        top += 22
    if card.outcome:
        top = _set_outcome(canvas, card.outcome, top)
    lines, size = canvas.fitted(
        card.title, TEXT_WIDTH, floor - top - 20, DISPLAY_FONT, TITLE_SIZES, 1.08
    )
    for index, line in enumerate(lines):
        canvas.draw_text(line, EDGE, top + size * (0.86 + 1.08 * index), DISPLAY_FONT, size, INK)
    return canvas.output()


def _set_outcome(canvas: PdfCanvas, outcome: str, top: float) -> float:
    """Set what came of the petition in a box of ink and return the top of what follows."""
    across = canvas.width_of(outcome, LABEL_FONT_BOLD, OUTCOME_SIZE)
    size = OUTCOME_SIZE * min(1, (TEXT_WIDTH - 2 * OUTCOME_PADDING) / across)
    width = canvas.width_of(outcome, LABEL_FONT_BOLD, size) + 2 * OUTCOME_PADDING
    height = size + 1.4 * OUTCOME_PADDING
    canvas.box(EDGE, top, width, height, INK)
    baseline = top + height / 2 + 0.36 * size
    canvas.draw_text(outcome, EDGE + OUTCOME_PADDING, baseline, LABEL_FONT_BOLD, size, PAPER)
    return top + height + 18


def _set_foot(canvas: PdfCanvas, card: Card) -> float:
    """Set count, call and address from the bottom up, and return the top of this block."""
    canvas.tapered_rule(EDGE, HEIGHT - 84, TEXT_WIDTH, INK, thick=5)
    canvas.draw_text(card.call, EDGE, HEIGHT - 53, LABEL_FONT_BOLD, CALL_SIZE, INK)
    fits = min(1, TEXT_WIDTH / max(1, canvas.width_of(card.address, LABEL_FONT, ADDRESS_SIZE)))
    canvas.draw_text(card.address, EDGE, HEIGHT - 24, LABEL_FONT, fits * ADDRESS_SIZE, INK_3)
    bottom: float = HEIGHT - 84 - 26
    # Without any signatures, the text takes the place of the count.
    face, sizes, colour = (
        (LABEL_FONT, (26, 24, 22), INK_2) if card.count else (DISPLAY_FONT, (52, 46, 40, 34), INK)
    )
    lines, size = canvas.fitted(card.caption, TEXT_WIDTH, 110, face, sizes, 1.3)
    for line in reversed(lines):
        canvas.draw_text(line, EDGE, bottom, face, size, colour)
        bottom -= 1.3 * size
    if card.count:
        bottom -= 8
        _, size = canvas.fitted(
            card.count, TEXT_WIDTH, COUNT_SIZES[0], DISPLAY_FONT, COUNT_SIZES, 1
        )
        canvas.draw_text(card.count, EDGE, bottom, DISPLAY_FONT, size, INK)
        bottom -= 0.86 * size
    return bottom
