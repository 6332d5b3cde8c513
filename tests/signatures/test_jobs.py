"""Tests of scheduled work: reminders and deletion."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.jobs import forget, remind
from campaign.signatures.models import Signature
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    change,
    confirm,
    hatch_now,
    link,
    queued_emails,
    row,
    rows,
    sign,
    sign_and_hatch,
    sign_many,
    withdraw,
)
from tests.together import together

pytestmark = pytest.mark.both_databases

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REMINDERS = ("signature_reminder", "signature_last_reminder")


def remind_at(moment):
    return write(remind, now=moment)


def forget_at(moment, unconfirmed_days=14, address_days=14):
    return write(forget, now=moment, unconfirmed_days=unconfirmed_days, address_days=address_days)


def kinds():
    return [kind for kind, _, _ in queued_emails()]


def test_reminders_are_sent_after_one_and_four_days_and_no_more(petition):
    start = utcnow()
    sign(petition, now=start)
    sent = {hours: remind_at(start + hours * HOUR) for hours in range(0, 24 * 14, 6)}
    assert [hours for hours, count in sent.items() if count] == [24, 96]
    assert kinds() == ["signature_confirmation", *REMINDERS]


def test_reminder_is_in_the_language_of_signing_and_renews_the_link(petition):
    start = utcnow()
    signature_id = sign(petition, now=start, lang="es")
    remind_at(start + DAY)
    assert queued_emails()[-1] == ("signature_reminder", signature_id, "es")
    assert row(signature_id).mailed_at == start + DAY


def test_worker_that_slept_for_a_week_does_not_send_both_reminders_at_once(petition):
    start = utcnow()
    sign(petition, now=start)
    sent = [remind_at(start + 7 * DAY + minutes * timedelta(minutes=1)) for minutes in range(3)]
    assert sent == [1, 0, 0]
    assert remind_at(start + 8 * DAY) == 1
    assert kinds()[1:] == list(REMINDERS)


@pytest.mark.parametrize("end", [confirm, withdraw])
def test_settled_signature_gets_no_reminder(petition, end):
    start = utcnow()
    end(sign(petition, now=start))
    assert remind_at(start + DAY) + remind_at(start + 4 * DAY) == 0


def test_held_signature_gets_no_reminder(petition):
    sign(petition, held_reason="hidden_field", now=utcnow() - DAY)
    assert remind_at(utcnow()) == 0


def test_supporter_who_has_had_five_emails_gets_no_reminder(petition):
    change(sign(petition, now=utcnow() - DAY), mail_count=5)
    assert remind_at(utcnow()) == 0


def test_concurrent_workers_remind_each_person_once(app, petition):
    long_ago = utcnow() - 2 * DAY
    ids = sign_many(petition, 40, now=long_ago)
    now = utcnow()
    counts = together(app, [lambda: remind_at(now)] * 4)
    assert sum(counts) == 40
    reminded = [subject for kind, subject, _ in queued_emails() if kind == "signature_reminder"]
    assert sorted(reminded) == ids


def test_unconfirmed_signature_is_deleted_after_its_days_and_not_before(petition):
    start = utcnow()
    signature_id = sign(petition, now=start)
    assert forget_at(start + 14 * DAY - HOUR, address_days=99) == 0
    assert forget_at(start + 14 * DAY, address_days=99) == 1
    assert row(signature_id) is None


def test_confirmed_signature_is_not_deleted_when_counted_or_held(petition):
    start = utcnow() - 90 * DAY
    counted = sign_and_hatch(petition, AMALIA, now=utcnow() - DAY)
    change(counted, created_at=start, confirmed_at=start)
    confirm(sign(petition, ODILE, now=start, held_reason="hidden_field"), now=start)
    forget_at(utcnow())
    assert [row.state for row in rows()] == ["counted", "held"]


def test_held_and_unconfirmed_signature_is_deleted_like_any_other(petition):
    start = utcnow()
    signature_id = sign(petition, now=start, held_reason="hidden_field")
    assert forget_at(start + 14 * DAY - HOUR, address_days=99) == 0
    assert forget_at(start + 14 * DAY, address_days=99) == 1
    assert row(signature_id) is None


def test_held_paper_signature_waits_for_an_organizer_as_no_one_can_confirm_it(petition):
    signature_id = sign(petition, now=utcnow() - 90 * DAY, held_reason="hidden_field")
    change(signature_id, evidence="paper")
    forget_at(utcnow())
    assert row(signature_id).state == "held"


def test_old_link_never_opens_a_later_supporters_signature(client, petition):
    start = utcnow()
    forgotten = sign(petition, AMALIA, now=start - 20 * DAY)
    links = [link(purpose, forgotten) for purpose in ("confirm", "mine", "hatched")]
    forget_at(start)
    newcomer = sign(petition, ODILE)
    assert newcomer != forgotten
    assert [client.get(address).status_code for address in links] == [404, 404, 404]


def test_after_a_restore_an_old_link_does_not_open_a_reused_id(client, petition):
    links = [link(purpose, sign(petition, AMALIA)) for purpose in ("confirm", "mine", "hatched")]
    [lost] = [row.id for row in rows()]
    write(lambda: db.session.execute(delete(Signature)))
    newcomer = sign(petition, ODILE)
    change(newcomer, id=lost)
    confirm(lost)
    assert [client.get(address).status_code for address in links] == [404, 404, 404]
    assert client.post(links[0]).status_code == 404
    assert client.get(f"{links[1]}/download.json").status_code == 404
    assert client.get(link("mine", lost)).status_code == 200


def test_after_a_restore_an_old_link_does_not_open_the_persons_other_signature(client, petition):
    old_link = link("confirm", sign(petition, AMALIA))
    [lost] = [row.id for row in rows()]
    write(lambda: db.session.execute(delete(Signature)))
    change(sign(make_petition("law", cause_id=petition.cause_id), AMALIA), id=lost)
    assert client.get(old_link).status_code == 404


def test_data_of_a_withdrawn_signature_is_erased_after_as_many_days(petition):
    start = utcnow()
    signature_id = sign_and_hatch(petition, comment="Private words")
    withdraw(signature_id, now=start)
    hatch_now()
    forget_at(start + 13 * DAY)
    assert row(signature_id).given_name == "Amalia"
    forget_at(start + 14 * DAY)
    assert (row(signature_id).state, row(signature_id).given_name, row(signature_id).comment) == (
        "erased",
        None,
        "",
    )
    assert differences() == []


def test_withdrawn_signature_keeps_its_data_until_its_number_is_freed(petition):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id, now=utcnow() - 30 * DAY)
    forget_at(utcnow())
    assert row(signature_id).state == "withdrawn"
    hatch_now()
    forget_at(utcnow())
    assert row(signature_id).state == "erased"
    assert differences() == []


def test_erased_address_can_sign_again(petition):
    signature_id = sign(petition, TEO)
    withdraw(signature_id, now=utcnow() - 30 * DAY)
    forget_at(utcnow())
    assert sign(petition, TEO) != signature_id


def test_network_fingerprints_are_deleted_after_their_days(petition):
    start = utcnow()
    digest = tokens.network_digest("203.0.113.7")
    signature_id = sign(petition, now=start, network_digest=digest)
    confirm(signature_id)
    forget_at(start + 3 * DAY - HOUR, address_days=3)
    assert row(signature_id).address_digest == digest
    assert forget_at(start + 3 * DAY, address_days=3) == 1
    assert row(signature_id).address_digest is None
