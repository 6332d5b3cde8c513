"""Tests that each record of a tablet is stored once, and that each receipt is true."""

from datetime import timedelta
from uuid import uuid4

import pytest

from campaign.extensions import load_for_update, write
from campaign.kiosk import pairing
from campaign.kiosk.models import Kiosk
from campaign.kiosk.queries import gaps_among
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from campaign.signatures.queries import differences
from tests.factories.causes import make_cause
from tests.factories.kiosks import (
    AMALIA,
    iso_time,
    kiosk_of,
    long_ago,
    make_table,
    make_tablet,
    records,
    shifts,
)
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import hatch_now, queued_emails, rows
from tests.together import together

pytestmark = pytest.mark.both_databases


def others(many):
    return [
        {**AMALIA, "given_name": f"Amalia {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n]}"} for n in range(many)
    ]


def test_table_signature_is_stored_with_its_place_and_hatches(tablet, event, petition):
    shift = {
        "id": str(uuid4()),
        "tabler": "M. R.",
        "started_at": iso_time(long_ago(30)),
        "ended_at": None,
        "tally": 1,
    }
    drawn = "M 10,20 C 1.5,2 3,4 5,6"
    assert tablet.receipts(tablet.seal(shift=shift["id"], drawn=drawn), shifts=[shift]) == [
        ("stored", "")
    ]
    [signature] = rows()
    assert (signature.state, signature.evidence, signature.lang) == ("confirmed", "in_person", "es")
    assert (signature.petition_id, signature.event_id) == (petition.id, event.id)
    assert signature.kiosk_id == kiosk_of(tablet).id
    [stored_shift] = shifts()
    assert (signature.shift_id, stored_shift.tabler) == (stored_shift.id, "M. R.")
    [record] = records()
    assert (record.signature_id, record.sealed, record.drawing, record.consent) == (
        signature.id,
        None,
        drawn,
        "1",
    )
    hatch_now()
    assert differences() == []


def test_replay_gets_the_same_receipt_and_no_second_signature(tablet):
    record = tablet.seal()
    assert tablet.receipts(record) == tablet.receipts(record) == [("stored", "")]
    assert tablet.receipts(record, record) == [("stored", "")] * 2
    assert len(rows()) == len(records()) == 1


def test_tabs_sending_the_same_at_once_get_the_same_receipts(migrated_app, tablet):
    batch = [tablet.seal(fields=fields) for fields in others(6)]

    def send(some):
        return lambda: tablet.receipts(*some)

    answers = together(
        migrated_app, [send(batch), send(batch[::-1]), send(batch[:3]), send(batch[2:])]
    )
    assert {receipt for answer in answers for receipt in answer} == {("stored", "")}
    assert len(rows()) == len(records()) == 6


def test_two_tablets_sending_the_same_person_make_one_signature(
    migrated_app, client, event, tablet
):
    second = make_tablet(client, event)
    works = [lambda: tablet.receipts(tablet.seal()), lambda: second.receipts(second.seal())]
    assert together(migrated_app, works) == [[("stored", "")]] * 2
    assert sorted((record.status, record.reason) for record in records()) == [
        ("review", "duplicate"),
        ("stored", ""),
    ]
    assert len(rows()) == 1


def test_another_kiosk_may_use_the_same_id_and_learns_nothing_of_it(client, event, tablet):
    record = tablet.seal()
    assert tablet.receipts(record) == [("stored", "")]
    assert make_tablet(client, event).receipts(record) == [("review", "unreadable")]


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": ""},
        {"given_name": "http://spam.example"},
        {"postal_code": "not one"},
        {"country": "QQ"},
        {"email": "amalia@"},
        {"name_display": "shouted"},
        {"comment": "x" * 501},
        {"answers": {"town": "West"}},
        {"witnessed": False},
    ],
)
def test_record_that_the_web_form_refuses_is_kept_for_review(client, changes):
    question = {
        "name": "town",
        "type": "choice",
        "label": {"en": "Town"},
        "choices": {"en": ["North"]},
        "required": False,
    }
    event, _ = make_table(questions=[question])
    assert make_tablet(client, event).sign(**changes) == ("review", "invalid")
    assert rows() == []


def test_answers_and_choices_are_stored_as_on_the_web(client):
    questions = [
        {"name": "town", "type": "text", "label": {"en": "Town"}, "required": True},
        {"name": "help", "type": "tick", "label": {"en": "May we call?"}, "required": False},
        {"name": "told", "type": "tick", "label": {"en": "Told others?"}, "required": False},
    ]
    event, _ = make_table(questions=questions)
    choices = {
        "email": "amalia@rosales.example",
        "subscribe": True,
        "tell_answer": True,
        "comment": "Todos\r\nvivos",
        "name_display": "initials",
    }
    answers = {"town": "Ottawa", "help": True, "told": False}
    assert make_tablet(client, event).sign(**choices, answers=answers) == ("stored", "")
    [signature] = rows()
    assert signature.answers == {"town": "Ottawa", "help": True, "told": False}
    assert (signature.comment, signature.name_display) == ("Todos\nvivos", "initials")
    assert (signature.subscribe, signature.tell_answer) == (True, True)
    assert signature.email == "amalia@rosales.example"


def test_required_confirmation_is_queued_and_a_witness_is_not_enough(client):
    event, _ = make_table(confirmation="email")
    tablet = make_tablet(client, event)
    assert tablet.sign() == ("review", "invalid")
    assert tablet.sign(email="amalia@rosales.example") == ("stored", "")
    [signature] = rows()
    assert (signature.state, signature.mail_count) == ("pending", 1)
    assert queued_emails() == [("signature_confirmation", signature.id, "es")]


def test_without_a_witness_an_email_confirms(tablet):
    assert tablet.sign(email="amalia@rosales.example", witnessed=False) == ("stored", "")
    assert [signature.state for signature in rows()] == ["pending"]


def test_signature_made_before_the_close_counts_however_late_it_comes(tablet, petition):
    before = tablet.seal(signed_at=utcnow())
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    after = tablet.seal(fields=others(1)[0], signed_at=utcnow() + timedelta(seconds=2))
    assert tablet.receipts(before) == [("stored", "")]
    assert tablet.receipts(after) == [("review", "closed")]
    write(petition_life_cycle.reopen, row_id=petition.id, now=utcnow())
    assert tablet.receipts(after) == [("review", "closed")]


def test_petition_of_another_cause_or_none_is_unknown(tablet):
    make_petition("theirs", cause_id=make_cause("theirs").id)
    for slug in ("theirs", "nobody", "\0", "no slug"):
        assert tablet.sign(slug) == ("review", "unknown_petition"), slug


def test_version_that_was_read_is_the_version_that_is_signed(tablet, petition):
    newer = new_version(petition)
    assert tablet.sign() == ("stored", "")
    assert tablet.sign(fields=others(1)[0], version=2) == ("stored", "")
    first, second = rows()
    assert first.version_id != second.version_id == newer.id


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(days=-400), timedelta(hours=1)])
def test_wrong_clock_is_corrected_by_its_offset(tablet, ahead):
    signed = long_ago(0)
    record = tablet.seal(signed_at=signed + ahead)
    assert tablet.receipts(record, device_time=utcnow() + ahead) == [("stored", "")]
    [record] = records()
    assert record.claimed_at == signed + ahead
    assert abs(record.signed_at - signed) < timedelta(seconds=5)
    assert rows()[0].created_at == record.signed_at


def test_impossible_time_is_moved_between_the_pairing_and_now(tablet):
    paired = kiosk_of(tablet).paired_at
    claims = [
        "2031-01-01T00:00:00Z",
        "1999-01-01T00:00:00Z",
        "yesterday",
        "9999-12-31T23:59:59-12:00",
    ]
    batch = [
        tablet.seal(fields={**fields, "signed_at": claimed})
        for fields, claimed in zip(others(4), claims, strict=True)
    ]
    assert tablet.receipts(*batch) == [("stored", "")] * 4
    assert all(paired <= record.signed_at <= utcnow() for record in records())
    assert [record.claimed_at is None for record in records()] == [False, False, True, True]


def test_gaps_in_the_sequence_are_reported(tablet):
    batch = [tablet.seal(fields=fields) for fields in others(8)]
    assert tablet.sync(batch[1], batch[2], batch[6]).json["gaps"] == [[1, 1], [4, 6]]
    assert tablet.sync(batch[0], *batch[3:6]).json["gaps"] == []
    assert kiosk_of(tablet).last_sequence == 8


def test_gaps_of_one_kiosk_are_not_those_of_another(client, event, tablet):
    other = make_tablet(client, event)
    tablet.seal()
    mine, its = tablet.seal(), [other.seal() for _ in range(3)]
    assert tablet.sync(mine).json["gaps"] == [[1, 1]]
    assert other.sync(its[0], its[2]).json["gaps"] == [[2, 2]]
    ids = [kiosk_of(item).id for item in (tablet, other)]
    assert gaps_among(ids) == {ids[0]: [[1, 1]], ids[1]: [[2, 2]]}


def test_runaway_device_is_stopped_without_losing_anything(migrated_app, tablet, monkeypatch):
    monkeypatch.setitem(migrated_app.config, "KIOSK_HOURLY_QUOTA", 3)
    first = [tablet.seal(fields=fields) for fields in others(5)]
    assert tablet.receipts(*first) == [("stored", "")] * 3 + [("review", "quota")] * 2
    assert tablet.receipts(*first) == [("stored", "")] * 3 + [("review", "quota")] * 2
    assert all(record.sealed for record in records()[3:])


def test_ip_address_limits_do_not_apply_to_kiosks(migrated_app, tablet, monkeypatch):
    monkeypatch.setitem(migrated_app.config, "SIGN_LIMIT", "1 per minute")
    assert {tablet.sign(fields=fields) for fields in others(4)} == {("stored", "")}
    assert {signature.address_digest for signature in rows()} == {None}


def test_records_of_a_revoked_kiosk_are_kept_for_review(tablet):
    assert tablet.sign() == ("stored", "")
    waiting = tablet.seal(fields=others(1)[0])
    write(pairing.revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    assert tablet.receipts(waiting) == [("review", "revoked")]
    assert len(rows()) == 1


def test_record_signed_after_the_kiosks_time_is_kept_for_review(tablet):
    kiosk = kiosk_of(tablet)
    write(
        lambda: setattr(
            load_for_update(Kiosk, kiosk.id), "expires_at", utcnow() - timedelta(seconds=10)
        )
    )
    assert tablet.sign() == ("review", "expired")


def test_status_report_of_a_tablet_is_stored(tablet):
    oldest = long_ago(12)
    tablet.sync(waiting=7, oldest=iso_time(oldest), battery=0.4)
    kiosk = kiosk_of(tablet)
    assert (kiosk.waiting, kiosk.oldest_at, kiosk.battery, kiosk.app) == (7, oldest, 0.4, "1")
    assert kiosk.state(utcnow()) == "online"
    assert kiosk.state(utcnow() + timedelta(minutes=4)) == "away"
    assert kiosk.emptied_at is None
    tablet.sync()
    assert kiosk_of(tablet).emptied_at


def test_tally_of_the_hour_and_of_the_day_is_returned(tablet):
    response = tablet.sync(tablet.seal()).json
    assert response["tally"] == {"hour": 1, "today": 1}
    assert response["count"] == 0
    hatch_now()
    assert tablet.sync().json["count"] == 1


def test_shift_sent_repeatedly_is_stored_once(tablet):
    began, ended = long_ago(90), long_ago(1)
    shift = {
        "id": str(uuid4()),
        "tabler": "M. R.",
        "started_at": iso_time(began),
        "ended_at": None,
        "tally": 1,
    }
    tablet.receipts(tablet.seal(shift=shift["id"]))
    assert [item.tabler for item in shifts()] == [""]
    tablet.sync(shifts=[shift])
    tablet.sync(shifts=[{**shift, "ended_at": iso_time(ended), "tally": 9}, {"id": "x"}, 7])
    [stored_shift] = shifts()
    assert (
        stored_shift.tabler,
        stored_shift.tally,
        stored_shift.ended_at,
        stored_shift.started_at,
    ) == ("M. R.", 9, ended, began)
