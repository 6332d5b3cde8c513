"""Tests of the trust in a tablet.

It learns nothing about who has signed. Nothing is accepted long after its time, nor more than there
is room for.
"""

from datetime import timedelta

import pytest

from campaign.events.models import EventPetition
from campaign.extensions import db, load_for_update, write
from campaign.kiosk import pairing
from campaign.kiosk.models import Kiosk
from campaign.kiosk.queries import counted_among, shifts_of
from campaign.kiosk.review import quota as review_quota
from campaign.kiosk.review.decisions import discard
from campaign.kiosk.review.trust import MAX_LATE
from campaign.process.clock import utcnow
from tests.factories.kiosks import AMALIA, iso_time, kiosk_of, make_table, make_tablet, records
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    answer_now,
    confirm,
    confirm_form,
    forms,
    hatch_now,
    queued_emails,
    row,
    rows,
    sign,
    withdraw,
)

OWN = {**AMALIA, "email": "amalia@rosales.example"}
SHIFT = {"id": "11111111-1111-4111-8111-111111111111", "tabler": "M. R.", "tally": 2}
NOT_SEALED = "QUJD"


def other(number):
    return {**AMALIA, "given_name": f"Odile {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number]}"}


def end(tablet, ago):
    """Let the tablet's time have ended this long ago."""
    kiosk_id = kiosk_of(tablet).id

    def move():
        kiosk = load_for_update(Kiosk, kiosk_id)
        kiosk.expires_at = utcnow() - ago
        kiosk.paired_at = utcnow() - ago - timedelta(days=9)

    write(move)


def test_known_and_new_signers_get_the_same_answer(tablet, petition):
    confirm(sign(petition, {**OWN, "name_display": "counted"}))
    shift = {**SHIFT, "started_at": iso_time(utcnow())}
    repeat = tablet.sync(tablet.seal(fields=OWN, shift=shift["id"]), shifts=[shift]).json
    new = tablet.sync(tablet.seal(fields=other(1), shift=shift["id"])).json
    receipts = [
        [(item["status"], item["reason"]) for item in answer["receipts"]]
        for answer in (repeat, new)
    ]
    assert receipts == [[("stored", "")], [("stored", "")]]
    # Neither the tally, the shift, nor the request for butterflies tells them apart.
    assert [answer["tally"] for answer in (repeat, new)] == [
        {"hour": 1, "today": 1},
        {"hour": 2, "today": 2},
    ]
    assert [item.stored for item in shifts_of(kiosk_of(tablet).event_id)] == [2]
    hatch_now()
    kiosk, ids = kiosk_of(tablet), [record.uuid for record in records()]
    assert counted_among(kiosk, ids, utcnow() + timedelta(seconds=5)) == dict.fromkeys(ids, 2)
    assert tablet.post("/kiosk/numbers", {"ids": ids}).json["numbers"] == {}


def test_replay_of_a_known_signer_stays_stored_and_sends_no_second_email(tablet, petition):
    confirm(sign(petition, OWN))
    record = tablet.seal(fields=OWN)
    assert tablet.receipts(record) == tablet.receipts(record) == [("stored", "")]
    answer_now(now=utcnow() + timedelta(minutes=1))
    assert [kind for kind, *_ in queued_emails()] == ["signature_confirmation", "signature_repeat"]
    [record_row] = records()
    assert (record_row.status, record_row.reason, record_row.sealed is not None) == (
        "review",
        "duplicate",
        True,
    )


def test_owner_of_a_known_email_address_is_told_at_most_five_times(tablet, petition):
    signed = sign(petition, OWN)
    confirm(signed)
    for minutes in range(1, 9):
        tablet.sign(fields={**OWN, "given_name": "Framed", "name_display": "full"})
        answer_now(now=utcnow() + timedelta(minutes=minutes))
    assert [kind for kind, *_ in queued_emails()].count("signature_repeat") == 4
    signature = row(signed)
    assert (signature.given_name, signature.name_display, signature.mail_count) == (
        "Amalia",
        "counted",
        5,
    )
    assert len(rows()) == 1


def test_returning_supporter_is_asked_by_email_and_then_shown_as_chosen(tablet, petition):
    signed = sign(petition, OWN)
    confirm(signed)
    withdraw(signed, now=utcnow() - timedelta(hours=1))
    assert tablet.sign(fields=OWN, name_display="full") == ("stored", "")
    answer_now()
    assert row(signed).state == "withdrawn"
    assert [kind for kind, *_ in queued_emails()] == [
        "signature_confirmation",
        "signature_form_confirmation",
    ]
    [form] = forms()
    confirm_form(form)
    signature = row(signed)
    assert (signature.state, signature.name_display, signature.name_display_requested) == (
        "confirmed",
        "full",
        "",
    )


def test_only_petitions_of_the_event_count_automatically(client):
    event, petition = make_table()
    make_petition("elsewhere", cause_id=petition.cause_id, confirmation="email_or_witness")
    tablet = make_tablet(client, event)
    assert tablet.sign("elsewhere") == ("review", "other_petition")
    assert rows() == []
    [record] = records()
    assert record.sealed
    write(
        lambda: db.session.add(
            EventPetition(event_id=event.id, petition_id=record.petition_id, position=2)
        )
    )
    assert tablet.sign("elsewhere", fields=other(2)) == ("stored", "")


def test_every_record_counts_against_the_hour(app, tablet, monkeypatch):
    monkeypatch.setitem(app.config, "KIOSK_HOURLY_QUOTA", 4)
    batch = [
        tablet.seal(fields=AMALIA),
        tablet.seal(fields=AMALIA),
        tablet.seal(fields={**AMALIA, "given_name": ""}),
        {**tablet.seal(), "sealed": NOT_SEALED},
    ]
    assert [status for status, _ in tablet.receipts(*batch)] == [
        "stored",
        "stored",
        "review",
        "review",
    ]
    assert tablet.sign(fields=other(3)) == ("review", "quota")


def test_record_long_after_the_tablets_time_waits_for_an_organizer(tablet):
    before = utcnow() - MAX_LATE - timedelta(days=2)
    end(tablet, MAX_LATE - timedelta(minutes=1))
    assert tablet.sign(signed_at=before) == ("stored", "")
    end(tablet, MAX_LATE + timedelta(minutes=1))
    assert tablet.sign(fields=other(1), signed_at=before) == ("review", "late")
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("chosen", "shown", "requested"),
    [("full", "counted", "full"), ("initials", "initials", ""), ("counted", "counted", "")],
)
def test_full_name_from_a_table_is_private_until_confirmed(tablet, chosen, shown, requested):
    tablet.sign(fields=OWN, name_display=chosen)
    hatch_now()
    [signature] = rows()
    assert (signature.state, signature.name_display, signature.name_display_requested) == (
        "counted",
        shown,
        requested,
    )


def test_tablet_makes_nothing_of_a_pending_signature_more_public(tablet, petition):
    signed = sign(petition, {**OWN, "comment": ""})
    tablet.sign(fields=OWN, name_display="full", comment="I joined them", subscribe=True)
    signature = row(signed)
    assert (signature.state, signature.name_display, signature.comment, signature.subscribe) == (
        "confirmed",
        "counted",
        "",
        False,
    )
    # The owner is also told without the email address, because the signature still has it.
    assert ("signature_at_table", signed, "en") in queued_emails() or (
        "signature_at_table",
        signed,
        "es",
    ) in queued_emails()


def test_records_of_the_last_app_version_are_accepted(tablet):
    """This is an envelope and a record as version 1 of the app has always sent them."""
    fields = {
        "v": 1,
        "petition": "home",
        "version": 1,
        "lang": "es",
        "signed_at": iso_time(utcnow()),
        **AMALIA,
        "comment": "",
        "name_display": "full",
        "subscribe": False,
        "answers": {},
        "consent": "1",
        "witnessed": True,
        "shift": None,
        "drawn": "",
    }
    record = tablet.seal(fields=fields)
    body = {
        "app": "1",
        "device_time": iso_time(utcnow()),
        "battery": None,
        "waiting": 1,
        "oldest": iso_time(utcnow()),
        "last_sequence": 1,
        "shifts": [],
        "records": [record],
    }
    answer = tablet.post("/kiosk/sync", body)
    assert answer.status_code == 200
    assert answer.json["receipts"] == [{"id": record["id"], "status": "stored", "reason": ""}]
    assert {"server_time", "gaps", "count", "tally", "campaign"} <= answer.json.keys()
    assert records()[0].consent == "1"
    assert tablet.post("/kiosk/numbers", {"ids": [record["id"]]}).json["numbers"] == {}


def test_tablet_without_storage_left_keeps_its_records(tablet, monkeypatch):
    monkeypatch.setattr(review_quota, "MAX_ROWS", 2)
    junk = [{**tablet.seal(), "sealed": NOT_SEALED} for _ in range(3)]
    answer = tablet.sync(*junk)
    assert [item["id"] for item in answer.json["receipts"]] == [record["id"] for record in junk[:2]]
    alone = tablet.sync(junk[2])
    assert (alone.status_code, alone.json) == (507, {"error": "full"})
    # Valid records are still accepted, and acknowledged ones keep their receipts.
    good = tablet.seal(fields=other(1))
    assert [item["id"] for item in tablet.sync(junk[2], good, junk[0]).json["receipts"]] == [
        good["id"],
        junk[0]["id"],
    ]
    assert len(records()) == 3


def test_sealed_bytes_of_a_tablet_are_bounded_too(tablet, monkeypatch):
    junk = [{**tablet.seal(), "sealed": "A" * 40_000} for _ in range(2)]
    monkeypatch.setattr(review_quota, "MAX_BYTES", 50_000)
    assert tablet.sync(junk[0]).status_code == 200
    assert tablet.sync(junk[1]).status_code == 507


def test_repeat_signer_needs_no_room(tablet, monkeypatch):
    monkeypatch.setattr(review_quota, "MAX_ROWS", 0)
    assert tablet.sign() == tablet.sign() == ("stored", "")
    assert [record.sealed for record in records()] == [None, None]


def test_revoked_tablet_stores_no_more_junk_than_it_had_reported(tablet):
    tablet.sync(last_sequence=3)
    junk, good = (
        [{**tablet.seal(), "sealed": NOT_SEALED} for _ in range(5)],
        tablet.seal(fields=other(1)),
    )
    write(pairing.revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    answer = tablet.sync(*junk, last_sequence=2**31 - 1)
    assert len(answer.json["receipts"]) == len(records()) == 3
    assert tablet.sync(*junk[3:], last_sequence=2**31 - 1).status_code == 507
    # A readable one may be a person's signature.
    assert tablet.receipts(good) == [("review", "revoked")]


def test_discarded_record_frees_room_once_it_is_erased(tablet, monkeypatch):
    monkeypatch.setattr(review_quota, "MAX_ROWS", 1)
    junk = [{**tablet.seal(), "sealed": NOT_SEALED} for _ in range(2)]
    tablet.sync(junk[0])
    assert write(discard, kiosk_id=kiosk_of(tablet).id, only_unreadable=True, now=utcnow()) == 1
    assert tablet.sync(junk[1]).status_code == 507


def test_record_in_the_message_is_no_longer_reported_as_waiting(tablet):
    batch = [tablet.seal(fields=other(number)) for number in range(3)]
    tablet.sync(*batch[:2], waiting=3, oldest=iso_time(utcnow()))
    kiosk = kiosk_of(tablet)
    assert (kiosk.waiting, kiosk.oldest_at is None) == (1, False)
    tablet.sync(batch[2], waiting=1, oldest=iso_time(utcnow()))
    kiosk = kiosk_of(tablet)
    assert (kiosk.waiting, kiosk.oldest_at) == (0, None)


def test_refused_record_goes_on_waiting(tablet):
    large = {**tablet.seal(), "sealed": "A" * 90_000}
    tablet.sync(large, tablet.seal(), waiting=2, oldest=iso_time(utcnow()))
    assert kiosk_of(tablet).waiting == 1
