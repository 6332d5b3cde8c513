"""What the address of a frame asks for. What it does not know is as if it had not been asked: a frame is never empty."""

from dataclasses import dataclass

from campaign.i18n.locales import LOCALES

SHOWS = ("form", "thermometer", "counter", "montage")
THEMES = ("auto", "light", "dark")
# data-theme of the page; none follows the reader's system.
HOURS = {"light": "day", "dark": "night", "auto": ""}
# Before it has measured itself, a frame is so many pixels high.
HEIGHTS = {"form": 980, "thermometer": 260, "counter": 220, "montage": 560}


@dataclass(frozen=True)
class Frame:
    """What is shown, in which colours; `lang` is empty where the reader's own language is wanted."""

    show: str
    theme: str
    lang: str

    @property
    def hour(self):
        return HOURS[self.theme]

    @property
    def height(self):
        return HEIGHTS[self.show]

    def query(self):
        """Return the parameters of the frame's address, those alone that are not as usual."""
        usual = {"show": SHOWS[0], "theme": THEMES[0], "lang": ""}
        return {name: value for name, value in vars(self).items() if value != usual[name]}


def asked_frame(args):
    """Return the Frame that the parameters of an address ask for."""
    return Frame(
        _one_of(SHOWS, args.get("show")),
        _one_of(THEMES, args.get("theme")),
        _known(args.get("lang")),
    )


def _one_of(words, asked):
    return asked if asked in words else words[0]


def _known(lang):
    return lang if lang in LOCALES else ""
