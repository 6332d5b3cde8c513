"""Tests that hints of form fields fit in two lines of a phone, in every language."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
HINT = re.compile(r'\bhint=(?:_|ngettext)\("((?:[^"\\]|\\.)+)"')
# Values in a sentence are short, such as %(days)s.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
# Two lines at 390 CSS pixels.
MAX_CHARACTERS = 90


def hints() -> set[str]:
    templates = (ROOT / "templates").rglob("*.html")
    return {hint for path in templates for hint in HINT.findall(path.read_text())}


def test_hints_are_found():
    assert len(hints()) > 50


def test_hints_are_short():
    assert too_long(hints()) == []


@pytest.mark.parametrize("lang", ["es", "fr"])
def test_translated_hints_are_short(lang):
    with (ROOT / f"campaign/translations/{lang}/LC_MESSAGES/messages.po").open("rb") as file:
        catalog = read_po(file, locale=lang)
    translations = [catalog.get(hint).string for hint in hints()]
    assert too_long({form for each in translations for form in _forms(each)}) == []


def too_long(texts: set[str]) -> list[str]:
    return [text for text in texts if len(PLACEHOLDER.sub("12", text)) > MAX_CHARACTERS]


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
