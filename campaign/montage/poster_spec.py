"""What one poster is to show, in words and numbers: all that the press has to know."""

import json
from dataclasses import asdict, dataclass

POINTS_PER_MM = 72 / 25.4
PAPER_MM = {"A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}
DOTS_PER_INCH = 300


@dataclass(frozen=True)
class PosterSpec:
    """A poster in one language. `size` is A3 … A0 for a PDF, the width in pixels for a PNG.

    `count` is empty where nobody has signed; then `words` stand for it. The montage is that of butterflies 1 … `last`
    without the `gaps`, in the shape that `shape_folder` holds. `names_file` has a name in each line, and is empty where
    the poster shows none; `names_words` are the sentences around them.
    """

    form: str
    size: str
    lang: str
    palette: str
    title: str
    count: str
    words: str
    counted_on: str
    address: str
    picture_words: str
    shape_folder: str
    last: int
    gaps: tuple[int, ...]
    names_file: str
    names_words: dict

    @property
    def sheet(self):
        """The sheet's width and height in points."""
        if self.form == "pdf":
            return tuple(length * POINTS_PER_MM for length in PAPER_MM[self.size])
        width, height = pixels_of(int(self.size))
        return width * 72 / DOTS_PER_INCH, height * 72 / DOTS_PER_INCH

    def to_json(self):
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text):
        facts = json.loads(text)
        return cls(**{**facts, "gaps": tuple(facts["gaps"])})


def pixels_of(width):
    """The width and height in pixels of a PNG poster: A's proportion."""
    return width, round(width * 2**0.5)
