"""Tests that pages of one organisation show, and count, nothing of another."""

import pytest

from tests.organize.conftest import without_token
from tests.organize.organisations import addresses, furnish, make_organisation

# Each visit of a page adds to it.
CHANGING = {"audit.index"}


def pages(desk, furnished):
    """Return {address: text} of each page that opens, with the files that it can download."""
    texts = {}
    for endpoint, method, path, _, _ in addresses(furnished):
        if method == "GET":
            answer = desk.get(path)
            is_text = answer.mimetype.startswith(("text/", "application/json"))
            if answer.status_code == 200 and is_text:
                texts[endpoint, path] = without_token(answer.text)
    return texts


# Pages say what time it is.
@pytest.mark.slow
@pytest.mark.usefixtures("still_clock")
@pytest.mark.one_database
@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("role", ["top", "owner", "tabler", "reviewer"])
def test_another_organisation_changes_no_page(client, desk_of, role):
    """Not even a number: every list, count and choice is built from the causes of the organizer."""
    own, foreign = make_organisation("aspen"), make_organisation("birch")
    here = furnish(client, own, "Aspen")
    scope = (
        {"role": "owner", "organisation_id": own.id}
        if role == "top"
        else {"role": role, "cause_id": here.cause.id}
    )
    desk = desk_of(**scope, email="viewer@kwan.example", name="Viewer")
    pages(desk, here)
    before = pages(desk, here)
    elsewhere = furnish(client, foreign, "Birch")
    after = pages(desk, here)
    assert len(before) > 20
    assert [where for where, text in after.items() if "birch" in text.lower()] == []
    changed = {where for where, text in before.items() if after.get(where) != text}
    assert {endpoint for endpoint, _ in changed} <= CHANGING
    # Nothing of the other opens, wherever its addresses lead.
    opened = [text for text in pages(desk, elsewhere).values() if "birch" in text.lower()]
    assert opened == []


def test_people_of_another_organisation_are_nowhere_but_in_their_own(client, desk_of):
    own, foreign = make_organisation("aspen"), make_organisation("birch")
    here, elsewhere = furnish(client, own, "Aspen"), furnish(client, foreign, "Birch")
    desk = desk_of("owner", organisation_id=own.id, email="viewer@kwan.example")
    page = desk.get("/organize/people/").text
    assert all(person.email in page for person in here.people.values())
    assert not any(person.email in page for person in elsewhere.people.values())
    admin = desk_of()
    page = admin.get("/organize/people/").text
    assert all(person.email in page for person in elsewhere.people.values())
