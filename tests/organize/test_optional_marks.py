"""Tests that all forms, for supporters, tablets and organizers, mark optional fields alike."""

import re

import pytest

from tests.factories.petitions import make_petition

MARK = re.compile(
    r'\s<span class="optional"(?: data-optional data-word="optional")?>(?:\(optional\))?</span></(?:label|legend)>'
)
CLASS = re.compile(r'class="(?:[^"]* )?optional[ "]')
PUBLIC = ("/en/petitions/home", "/embed/petitions/home?lang=en")
TABLET = ("/kiosk/",)
ORGANIZE = (
    "petitions/home/dates",
    "petitions/home/letter",
    "petitions/home/sharing",
    "exports/home/new?aim=records",
    "updates/new",
    "events/new",
)


def test_every_form_uses_the_same_mark(client, desk_of):
    make_petition("home")
    desk = desk_of()
    pages = {path: client.get(path) for path in (*PUBLIC, *TABLET)} | {
        path: desk.get(f"/organize/{path}") for path in ORGANIZE
    }
    for path, page in pages.items():
        assert page.status_code == 200, path
        # The space before the mark may be the end of a line.
        text = page.get_data(as_text=True)
        marks = len(MARK.findall(text))
        assert marks, path
        assert len(CLASS.findall(text)) == marks, path
        assert 'placeholder="optional"' not in page.text, path


@pytest.mark.parametrize(("lang", "word"), [("es", "(opcional)"), ("fr", "(facultatif)")])
def test_mark_is_in_the_language_of_the_page(client, lang, word):
    make_petition("home")
    assert (
        f'<span class="optional">{word}</span></label>'
        in client.get(f"/{lang}/petitions/home").text
    )
