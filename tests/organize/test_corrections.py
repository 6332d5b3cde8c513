"""Tests of the page of name corrections that a rule held."""

import pytest

from campaign.db.versioned import content_version
from campaign.signatures.moderation.decisions import correction_of
from tests.factories.causes import make_cause
from tests.factories.organizers import trail
from tests.factories.petitions import make_petition
from tests.factories.signatures import ODILE, row, sign, sign_and_hatch
from tests.page_parts import links
from tests.signatures.moderation.test_corrections import SHOWN, correct
from tests.signatures.moderation.test_rules import make_rule

PAGE = "/organize/corrections/"


@pytest.fixture
def petition(app):
    return make_petition()


@pytest.fixture
def held(petition):
    make_rule(petition, "words", "zzzqqq")
    signature_id = sign_and_hatch(petition, SHOWN)
    correct(signature_id, given_name="<b>Zzzqqq</b>")
    return signature_id


@pytest.mark.parametrize("role", ["owner", "editor", "exporter", "reviewer", "tabler", "admin"])
def test_reviewers_of_signatures_see_it(desk_of, petition, held, role):
    desk = desk_of(role, None if role == "admin" else petition.cause_id)
    answer = desk.get(PAGE)
    if role in ("owner", "reviewer", "admin"):
        assert answer.status_code == 200
        assert "&lt;b&gt;Zzzqqq&lt;/b&gt; Rosales" in answer.text
        assert PAGE in desk.get("/organize/").text
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("decision", "name", "action"),
    [
        ("show", "<b>Zzzqqq</b> Rosales", "corrections.show"),
        ("keep", "Amalia Rosales", "corrections.refuse"),
    ],
)
def test_decision_is_carried_out_and_logged(desk_of, petition, held, decision, name, action):
    desk = desk_of("reviewer", petition.cause_id)
    answer = desk.post(
        f"{PAGE}{held}",
        {"decision": decision, "version": content_version(correction_of(held).changes)},
    )
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert row(held).full_name == name
    assert (action, desk.organizer.id, ("signature", held)) in trail()
    assert desk.get(PAGE).text.count("queue-row--comment") == 0


def test_correction_changed_since_is_not_decided(desk_of, petition, held):
    desk = desk_of("reviewer", petition.cause_id)
    answer = desk.post(f"{PAGE}{held}", {"decision": "show", "version": "old"})
    assert answer.status_code == 409 and PAGE in links(answer)
    assert row(held).full_name == "Amalia Rosales"
    assert correction_of(held) is not None
    assert not [item for item in trail() if item[0].startswith("corrections.")]


def test_corrections_of_another_cause_are_not_found(desk_of, petition, held):
    desk = desk_of("owner", make_cause("elsewhere").id)
    assert "Zzzqqq" not in desk.get(PAGE).text
    assert (
        desk.post(
            f"{PAGE}{held}",
            {"decision": "show", "version": content_version(correction_of(held).changes)},
        ).status_code
        == 404
    )
    assert row(held).full_name == "Amalia Rosales"


def test_copy_contains_the_correction_and_the_pending_forms(desk_of, petition, held):
    desk = desk_of("owner", petition.cause_id)
    copy = desk.post(f"/organize/copies/{held}", {"reason": "asked by telephone"}).json
    assert (copy["correction_in_review"], copy["unconfirmed_forms"]) == (
        {"given_name": "<b>Zzzqqq</b>"},
        [],
    )
    pending = sign(petition, ODILE)
    sign(petition, ODILE, comment="Another")
    copy = desk.post(f"/organize/copies/{pending}", {"reason": "asked by telephone"}).json
    assert [form["comment"] for form in copy["unconfirmed_forms"]] == ["Another"]
