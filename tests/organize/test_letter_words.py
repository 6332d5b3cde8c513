"""Tests that pages about signatures call those of a letter action letters."""

import pytest

from tests.factories.letters import make_letter_action, write_letter
from tests.factories.signatures import AMALIA, ODILE, hatch_now, sign_and_hatch, withdraw
from tests.page_parts import text, tree

PAGES = "/organize/signatures/"


@pytest.fixture
def letter_id(petition):
    action = make_letter_action(cause_id=petition.cause_id)
    return write_letter(action, {**AMALIA, "name_display": "full"})


@pytest.fixture
def signature_id(petition):
    return sign_and_hatch(petition, ODILE)


@pytest.fixture
def desk(desk_of):
    return desk_of("admin")


def words_of(page):
    """Return the text of a page without its navigation, in lower case."""
    [main] = tree(page).xpath("//main")
    for link in main.xpath(".//*[@class='workspace-back']"):
        link.drop_tree()
    return text(main).lower()


def test_page_of_a_letter_says_letter(desk, letter_id, signature_id):
    for path in (PAGES, "/organize/erasures/"):
        assert "signature" in words_of(desk.get(f"{path}{signature_id}"))
        words = words_of(desk.get(f"{path}{letter_id}"))
        assert "letter" in words and "signature" not in words


def test_page_of_a_withdrawn_letter_says_letter(desk, letter_id):
    withdraw(letter_id)
    hatch_now()
    page = desk.get(f"{PAGES}{letter_id}")
    assert f"{PAGES}{letter_id}/take-back" in page.text
    assert "signature" not in words_of(page)


def test_list_tells_letters_from_signatures(desk, letter_id, signature_id):
    page = tree(desk.get(PAGES))
    assert page.xpath("//tbody/tr/@data-action-kind") == ["petition", "letter"]
    lines = [text(line) for line in page.xpath("//tbody//span[@class='sub']")]
    assert ["Letter" in line for line in lines] == [False, True]
    assert "letter" in text(page.xpath("//label[@for='petition']")[0])
    found = tree(desk.get(f"{PAGES}?petition=river&words=amalia"))
    assert found.xpath("//tbody/tr/@data-action-kind") == ["letter"]


def test_list_without_letters_speaks_of_petitions_only(desk, signature_id):
    page = tree(desk.get(PAGES))
    assert "letter" not in text(page.xpath("//form[@role='search']")[0]).lower()


def test_activity_log_says_letter(desk, letter_id, signature_id):
    for each in (letter_id, signature_id):
        desk.post(f"{PAGES}{each}/withdraw", {"reason": "by telephone"})
    lines = [
        text(line.getparent())
        for line in tree(desk.get("/organize/audit/")).xpath("//*[@data-action]")
        if line.get("data-action") == "signatures.withdraw"
    ]
    of_signature, of_letter = lines
    assert f"signature {signature_id}" in of_signature
    assert f"letter {letter_id}" in of_letter and "signature" not in of_letter
    assert "letter" in words_of(desk.get("/organize/"))
