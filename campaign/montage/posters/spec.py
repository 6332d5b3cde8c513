"""What one poster shows, in text and numbers: all that the renderer needs to know."""

import json
from dataclasses import asdict, dataclass

from campaign.montage.typesetting import PrintIdentity

POINTS_PER_MM = 72 / 25.4
PAPER_MM = {"A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}
DOTS_PER_INCH = 300


@dataclass(frozen=True)
class PosterSpec:
    """A poster in one language. `size` is A3 … A0 for a PDF, the width in pixels for a PNG.

    If nobody has signed, `count` is empty and `caption` takes its place. The montage shows
    butterflies 1 … `last` without the `gaps`, in the shape in `shape_folder`. `names_file` has one
    name per line. It is empty if the poster shows no names. `names_texts` are the sentences around
    them.
    """

    file_format: str
    size: str
    lang: str
    identity: PrintIdentity
    title: str
    count: str
    caption: str
    counted_on: str
    url: str
    picture_alt: str
    shape_folder: str
    last: int
    gaps: tuple[int, ...]
    names_file: str
    names_texts: dict[str, str]

    @property
    def page_size(self) -> tuple[float, ...]:
        """Return the width and height of the page in points."""
        if self.file_format == "pdf":
            return tuple(length * POINTS_PER_MM for length in PAPER_MM[self.size])
        width, height = pixels_of(int(self.size))
        return width * 72 / DOTS_PER_INCH, height * 72 / DOTS_PER_INCH

    def to_json(self) -> str:
        """Return the spec as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "PosterSpec":
        """Return the spec that `to_json` wrote."""
        values = json.loads(text)
        identity = PrintIdentity(**values["identity"])
        return cls(**{**values, "identity": identity, "gaps": tuple(values["gaps"])})


def pixels_of(width: int) -> tuple[int, int]:
    """Return the width and height in pixels of a PNG poster, in the proportion of A paper."""
    return width, round(width * 2**0.5)
