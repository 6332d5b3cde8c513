"""Tests of full names and junk from a table.

Reviewers approve names one by one or all at once, and discard the junk of one tablet in one step.
"""

import re

import pytest
from sqlalchemy import select

from campaign.accounts.audit import entries
from campaign.extensions import db, write
from campaign.kiosk import pairing
from campaign.notices.models import Consent
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.signatures.moderation.bulk_decisions import carry_out_batch
from campaign.signatures.name_consents import note_name_change
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.kiosks import AMALIA, kiosk_of, make_table, make_tablet, records
from tests.factories.signatures import hatch_now, rows
from tests.page_parts import figures, is_empty, text_at, values, wrong_fields


@pytest.fixture
def event(app):
    return make_table()[0]


@pytest.fixture
def tablet(client, event):
    return make_tablet(client, event)


@pytest.fixture
def reviewer(desk_of, event):
    return desk_of("reviewer", event.cause_id)


def sign_with_full_names(tablet, many):
    names = [f"Odile {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number]}" for number in range(many)]
    tablet.receipts(
        *(tablet.seal(fields={**AMALIA, "given_name": name}, name_display="full") for name in names)
    )
    hatch_now()


def name_displays():
    return [row.name_display for row in rows()]


def test_selected_names_are_shown_or_stay_private(reviewer, tablet, event):
    sign_with_full_names(tablet, 3)
    path = f"/organize/kiosks/{event.slug}/names"
    assert path in reviewer.get("/organize/").text
    assert "Odile A Rosales" in reviewer.get(path).text
    first, second, _third = (row.id for row in rows())
    reviewer.post(path, {"do": "show.ticked", "ticked": first})
    reviewer.post(path, {"do": "keep.ticked", "ticked": second})
    assert name_displays() == ["full", "counted", "counted"]
    assert [row.name_display_requested for row in rows()] == ["", "", "full"]
    assert [entry.action for entry in entries()][:2] == ["kiosks.hide_names", "kiosks.show_names"]


def test_all_names_of_an_event_are_decided_in_one_step(reviewer, tablet, event):
    sign_with_full_names(tablet, 24)
    path = f"/organize/kiosks/{event.slug}/names"
    assert figures(text_at(reviewer.get(path), "//details[.//button[@value='show.all']]/p")) == [24]
    assert reviewer.post(path, {"do": "show.all"}).status_code == 303
    assert name_displays() == ["full"] * 24
    assert is_empty(reviewer.get(path))


def undo_link(page):
    [address] = re.findall(r'action="(/organize/bulk/\d+/undo)"', page.text)
    return address


def work():
    while write(carry_out_batch, holder="test", now=utcnow()):
        pass


@pytest.mark.parametrize("decision", ["show", "keep"])
def test_decision_about_one_name_is_undone(reviewer, tablet, event, decision):
    sign_with_full_names(tablet, 2)
    path = f"/organize/kiosks/{event.slug}/names"
    first = rows()[0]
    name = first.full_name
    answer = reviewer.post(path, {"do": f"{decision}.ticked", "ticked": first.id})
    page = reviewer.get(answer.location)
    assert name not in page.text
    shown = reviewer.post(undo_link(page))
    work()
    assert name_displays() == ["counted", "counted"]
    assert [row.name_display_requested for row in rows()] == ["full", "full"]
    assert name in reviewer.get(path).text
    assert figures(text_at(reviewer.get(shown.location), "//p[@class='lead']")) == [1]
    assert "/undo" not in reviewer.get(answer.location).text
    assert (entries(action="bulk.undo")[0].subject_kind, consents_of(first.id)) == ("bulk", [])


def test_undo_keeps_what_the_person_chose_since(reviewer, tablet, event):
    sign_with_full_names(tablet, 3)
    path = f"/organize/kiosks/{event.slug}/names"
    answer = reviewer.post(path, {"do": "show.all"})
    _untouched, hidden, shown = (row.id for row in rows())
    for signature_id, display in ((hidden, "initials"), (shown, "counted"), (shown, "full")):
        write(choose_display, signature_id, display)
    reviewer.post(undo_link(reviewer.get(answer.location)))
    work()
    assert name_displays() == ["counted", "initials", "full"]
    assert [row.name_display_requested for row in rows()] == ["full", "", ""]
    assert (len(consents_of(hidden)), len(consents_of(shown))) == (1, 1)


def choose_display(signature_id, display):
    """Choose how the own name is shown, as its supporter does."""
    db.session.get(Signature, signature_id).name_display = display
    db.session.flush()
    note_name_change([signature_id], now=utcnow())


def consents_of(signature_id):
    """Return the consents to show this name that are still valid."""
    query = select(Consent).where(
        Consent.subject_kind == "signature",
        Consent.subject_id == signature_id,
        Consent.withdrawn_at.is_(None),
    )
    return db.session.scalars(query).all()


def test_another_cause_sees_no_undo(reviewer, desk_of, tablet, event):
    sign_with_full_names(tablet, 1)
    path = f"/organize/kiosks/{event.slug}/names"
    answer = reviewer.post(path, {"do": "show.all"})
    elsewhere = make_event("another-fair", cause_id=make_cause("elsewhere").id)
    stranger = desk_of("owner", elsewhere.cause_id)
    number = answer.location.rpartition("=")[2]
    assert (
        "/undo"
        not in stranger.get(f"/organize/kiosks/{elsewhere.slug}/names?decided={number}").text
    )
    assert stranger.post(f"/organize/bulk/{number}/undo").status_code == 404


def test_only_reviewers_of_that_cause_see_names(desk_of, tablet, event):
    sign_with_full_names(tablet, 1)
    path = f"/organize/kiosks/{event.slug}/names"
    stranger = desk_of("owner", make_cause("elsewhere").id)
    tabler = desk_of("tabler", event.cause_id)
    assert (stranger.get(path).status_code, tabler.get(path).status_code) == (404, 403)
    assert (
        stranger.post(path, {"do": "show.all"}).status_code,
        tabler.post(path, {"do": "show.all"}).status_code,
    ) == (404, 403)
    assert name_displays() == ["counted"]
    assert "names-to-approve" not in values(tabler.get(f"/organize/kiosks/{event.slug}"), "id")


def test_tabler_does_not_see_how_many_await_review(desk_of, tablet, event):
    tablet.sign()
    tablet.sign()
    sign_with_full_names(tablet, 1)
    owner = desk_of("owner", event.cause_id)
    assert {"for-review", "names-to-approve"} <= set(
        values(owner.get(f"/organize/kiosks/{event.slug}"), "id")
    )
    assert values(owner.get("/organize/kiosks/"), "data-to-review") == ["1"]
    tabler = desk_of("tabler", event.cause_id)
    assert not {"for-review", "names-to-approve"} & set(
        values(tabler.get(f"/organize/kiosks/{event.slug}"), "id")
    )
    assert values(tabler.get("/organize/kiosks/"), "data-to-review") == []


def test_junk_of_one_tablet_is_discarded_in_one_step_and_restored(reviewer, client, tablet, event):
    other = make_tablet(client, event)
    tablet.receipts(*({**tablet.seal(), "sealed": "QUJD"} for _ in range(30)))
    tablet.sign(fields={**AMALIA, "given_name": ""})
    other.sign(fields={**AMALIA, "given_name": ""})
    kiosk_id = kiosk_of(tablet).id
    path = f"/organize/kiosks/tablets/{kiosk_id}"
    review = f"/organize/kiosks/{event.slug}/review"
    page = reviewer.get(f"{review}?tablet={kiosk_of(other).id}").text
    assert page.count("data-row") == 1 and f"{path}/discard" in page
    assert figures(text_at(reviewer.get(f"{path}/discard"), "//button[@value='unreadable']")) == [
        30
    ]

    refused = reviewer.post(f"{path}/discard", {"do": "unreadable"})
    assert (refused.status_code, wrong_fields(refused).keys()) == (422, {"reason"})
    reviewer.post(f"{path}/discard", {"do": "unreadable", "reason": "Junk"})
    assert [record.decided_at is None for record in records()] == [False] * 30 + [True, True]
    reviewer.post(f"{path}/put-back")
    assert all(record.decided_at is None for record in records())
    reviewer.post(f"{path}/discard", {"do": "all", "reason": "Junk"})
    assert [record.decided_at is None for record in records()] == [False] * 31 + [True]
    assert [entry.action for entry in entries()][:3] == [
        "kiosks.discard",
        "kiosks.put_back",
        "kiosks.discard",
    ]


def test_discarding_unreadable_records_keeps_what_a_revoked_tablet_sent(reviewer, tablet):
    tablet.sync(last_sequence=9)
    batch = [{**tablet.seal(), "sealed": "QUJD"}, tablet.seal()]
    write(pairing.revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    tablet.receipts(*batch)
    path = f"/organize/kiosks/tablets/{kiosk_of(tablet).id}/discard"
    reviewer.post(path, {"do": "unreadable", "reason": "Junk"})
    assert [(record.reason, record.decided_at is None) for record in records()] == [
        ("unreadable", False),
        ("revoked", True),
    ]


def test_tablet_of_another_cause_cannot_be_discarded(desk_of, tablet):
    stranger = desk_of("owner", make_cause("elsewhere").id)
    path = f"/organize/kiosks/tablets/{kiosk_of(tablet).id}"
    assert stranger.get(f"{path}/discard").status_code == 404
    assert stranger.post(f"{path}/discard", {"do": "all", "reason": "x"}).status_code == 404
    assert stranger.post(f"{path}/put-back").status_code == 404
