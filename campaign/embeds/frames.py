"""The parameters in an embed frame's URL.

Unknown values are ignored, so that a frame is never empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign.i18n.fallbacks import nearest
from campaign.i18n.locales import UnknownLanguage, normalised
from campaign.site.settings import site_settings

SHOWS = ("form", "thermometer", "counter", "montage")
THEMES = ("auto", "light", "dark")
# The value of `data-theme` on the page. Without one, the page follows the reader's system.
DATA_THEMES = {"light": "day", "dark": "night", "auto": ""}
# The height in pixels of a frame before it has measured itself.
HEIGHTS = {"form": 980, "thermometer": 260, "counter": 220, "montage": 560}


@dataclass(frozen=True)
class Frame:
    """What a frame shows, in which theme. An empty `lang` means the reader's own language."""

    show: str
    theme: str
    lang: str

    @property
    def data_theme(self) -> str:
        return DATA_THEMES[self.theme]

    @property
    def height(self) -> int:
        return HEIGHTS[self.show]

    def query(self) -> dict[str, Any]:
        """Return the parameters for the frame's URL that differ from the defaults."""
        defaults = {"show": SHOWS[0], "theme": THEMES[0], "lang": ""}
        return {name: value for name, value in vars(self).items() if value != defaults[name]}


def frame_from_args(args: Mapping[str, str]) -> Frame:
    """Return the Frame that these URL parameters ask for."""
    return Frame(
        _one_of(SHOWS, args.get("show")),
        _one_of(THEMES, args.get("theme")),
        _known_lang(args.get("lang")),
    )


def _one_of(allowed: Sequence[str], value: str | None) -> str:
    return value if value is not None and value in allowed else allowed[0]


def _known_lang(lang: str | None) -> str:
    try:
        return nearest(site_settings().languages, normalised(lang or "")) or ""
    except UnknownLanguage:
        return ""
