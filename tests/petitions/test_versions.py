"""Tests of a petition's versions: stored as signed, and shown to the public."""

from campaign.extensions import db, write
from campaign.petitions.deliveries import change_delivered_details
from campaign.petitions.editing import change_form, change_targets
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import row, sign

QUESTION = {
    "name": "how",
    "type": "text",
    "required": False,
    "label": {"en": "How did you hear of us?"},
}
FORM = {
    "neutral_emails": False,
    "required_fields": [],
    "confirmation": "email",
    "two_per_address": False,
}


def versions_of(petition):
    db.session.rollback()
    return petition_by_id(petition.id).versions


def test_first_version_stores_everything_that_people_agree_to(petition):
    [first] = versions_of(petition)
    assert first.targets == [{"en": "The Senate of the Valley", "es": "El Senado del Valle"}]
    assert (first.questions, first.delivered_names, first.delivered_details) == (
        [],
        "shown",
        ["country"],
    )


def test_each_kind_of_change_makes_one_version_and_signatures_keep_theirs(petition):
    signed = sign(petition)
    write(
        change_targets,
        petition_id=petition.id,
        version=1,
        targets=[{"en": "The Mayor"}],
        now=utcnow(),
    )
    write(
        change_form, petition_id=petition.id, version=2, questions=[QUESTION], now=utcnow(), **FORM
    )
    write(
        change_delivered_details,
        petition_id=petition.id,
        names="full",
        details=["day"],
        now=utcnow(),
    )
    write(
        change_delivered_details,
        petition_id=petition.id,
        names="full",
        details=["day"],
        now=utcnow(),
    )
    new_version(petition)
    versions = versions_of(petition)
    assert [item.number for item in versions] == [1, 2, 3, 4, 5]
    assert [item.targets[0]["en"] for item in versions] == [
        "The Senate of the Valley",
        *["The Mayor"] * 4,
    ]
    assert [len(item.questions) for item in versions] == [0, 0, 1, 1, 1]
    assert [item.delivered_names for item in versions] == [
        "shown",
        "shown",
        "shown",
        "full",
        "full",
    ]
    assert [item.text("en", "en").title for item in versions] == [
        *["Bring them home"] * 4,
        "Bring them home now",
    ]
    assert row(signed).version_id == versions[0].id


def test_public_page_links_to_what_earlier_supporters_saw(client, petition):
    assert "/versions/" not in client.get("/en/petitions/home").text
    write(
        change_targets,
        petition_id=petition.id,
        version=1,
        targets=[{"en": "The Mayor"}],
        now=utcnow(),
    )
    page = client.get("/en/petitions/home").text
    assert "The Mayor" in page and 'href="/en/petitions/home/versions/1"' in page
    earlier = client.get("/en/petitions/home/versions/1").text
    assert "The Senate of the Valley" in earlier and "The Mayor" not in earlier
    assert 'content="noindex"' in earlier
    for nothing in (0, 2, 3, 2**40):
        assert client.get(f"/en/petitions/home/versions/{nothing}").status_code == 404


def test_draft_shows_no_version_in_public(client, app):
    make_petition(state="draft")
    assert client.get("/en/petitions/home/versions/1").status_code == 404
