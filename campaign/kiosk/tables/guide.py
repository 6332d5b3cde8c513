"""The guide for table volunteers, read from the documentation."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

from campaign.i18n.locales import interface_lang
from campaign.text.markdown import document_to_html

_DOCS = Path(__file__).parents[3] / "docs"
FILES = {"en": "tablers.md", "es": "tablers.es.md", "fr": "tablers.fr.md"}


@dataclass(frozen=True)
class TablerGuide:
    """The guide in the language `lang`. `title` is its heading and `html` the rest."""

    lang: str
    title: str
    html: Markup


def tabler_guide(lang: str, languages: tuple[str, ...]) -> TablerGuide:
    """Return the guide in `lang`, else in the nearest language, as `interface_lang` chooses it."""
    return _read(interface_lang(lang, languages))


@cache
def _read(lang: str) -> TablerGuide:
    title, _newline, text = (_DOCS / FILES[lang]).read_text("utf-8").partition("\n")
    return TablerGuide(lang, title.removeprefix("# "), document_to_html(text))
