"""Tests that an unknown address suggests similar ones."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from campaign.web import not_found
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.search import index_now


@pytest.fixture
def near(client, app):
    """Return what an unknown address suggests: a list of (address, title)."""
    petition = make_petition("bring-them-home")
    make_event("table-at-the-market", cause_id=petition.cause_id, title="A table")
    index_now()

    def near(path):
        answer = client.get(path)
        assert answer.status_code == 404
        assert 'role="search"' in answer.text
        box = re.search(r'<ul aria-labelledby="near">(.*?)</ul>', answer.text, re.DOTALL)
        return re.findall(r'<a href="([^"]+)">([^<]+)</a>', box[1]) if box else []

    return near


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/en/petitions/bring-them-hom", [("/en/petitions/bring-them-home", "Bring them home")]),
        ("/es/petitions/brign-them-home", [("/es/petitions/bring-them-home", "Que vuelvan")]),
        ("/en/bring-them-home", [("/en/petitions/bring-them-home", "Bring them home")]),
        ("/en/events/table-at-market", [("/en/events/table-at-the-market", "A table")]),
        ("/en/petitions/nothing-like-this", []),
        ("/en/petitions/Bring", []),
        ("/wp-login.php", []),
        ("/en/%25%25", []),
    ],
)
def test_typo_in_an_address_suggests_the_right_one(near, path, found):
    assert near(path) == found


def test_page_works_without_the_database_too(client, app, monkeypatch):
    def away(*_):
        raise OperationalError("select 1", {}, Exception("connection refused"))

    monkeypatch.setattr(not_found, "neighbours", away)
    assert client.get("/en/nowhere").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/en/signatures/confirm/7f3k.abc", "/en/registrations/7f3k.abc", "/en/subscriptions/7f3k.abc"],
)
def test_invalid_link_from_an_email_is_explained_as_such(client, app, path):
    answer = client.get(path)
    assert answer.status_code == 404
    ordinary = client.get("/en/nowhere").text
    assert heading(answer.text) != heading(ordinary)
    assert 'id="lost-q"' in ordinary and 'id="lost-q"' not in answer.text
    assert 'id="near"' not in answer.text


def heading(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1]
