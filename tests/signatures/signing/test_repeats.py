"""Tests of repeats, which the worker handles: nothing is lost, and emails stay few."""

from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures import operations
from campaign.signatures.jobs import forget
from campaign.signatures.signing.commands import SignatureResult, Status
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    WEEK,
    accept,
    answer_now,
    change,
    confirm,
    confirm_form,
    form_link,
    forms,
    hatch_now,
    link,
    post_signature,
    queued_emails,
    repeats_wait,
    row,
    rows,
    sign,
    sign_and_hatch,
    signature_command,
    withdraw,
)
from tests.together import together

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
CONFIRMATION = "signature_confirmation"


def count_emails():
    return len(queued_emails())


def test_form_of_the_second_of_a_couple_waits_complete_for_the_worker(client, shared_petition):
    sign(shared_petition, AMALIA)
    form_data = {**TEO, "comment": "Ñandú 🦋", "name_display": "full", "subscribe": "y"}
    post_signature(client, shared_petition, form_data, lang="es", address="203.0.113.7")
    assert repeats_wait()
    assert len(rows()) == 1
    assert answer_now() == 1
    first, second = rows()
    assert (second.full_name, second.position_at_address, second.lang) == ("Teo Brandt", 2, "es")
    assert (second.comment, second.name_display, second.subscribe) == ("Ñandú 🦋", "full", True)
    assert second.address_digest and second.person_digest != first.person_digest
    assert second.email_digest == first.email_digest
    assert queued_emails()[1:] == [(CONFIRMATION, second.id, "es")]
    assert answer_now() == 0
    assert not repeats_wait()


def test_many_repeats_are_handled_once_each_by_concurrent_workers(app, client, shared_petition):
    addresses = [{"email": f"o{place}@kwan.example"} for place in range(30)]
    for address in addresses:
        sign(shared_petition, AMALIA, now=utcnow() - DAY, **address)
    for address in addresses:
        post_signature(client, shared_petition, AMALIA | address)
        post_signature(client, shared_petition, TEO | address)
    counts = together(app, [answer_now] * 4)
    while repeats_wait():
        counts.append(answer_now())
    assert sum(counts) == 60
    assert len(rows()) == 60
    assert count_emails() == 90


def test_repeat_of_a_supporter_erased_in_between_is_a_first_signature(client, petition):
    now = utcnow()
    sign(petition, AMALIA, now=now - 14 * DAY)
    post_signature(client, petition, AMALIA, lang="es")
    write(forget, now=now, unconfirmed_days=14, address_days=14)
    assert rows() == []
    answer_now()
    [signature] = rows()
    assert (signature.given_name, signature.position_at_address, signature.state) == (
        "Amalia",
        1,
        "pending",
    )
    assert queued_emails()[-1] == (CONFIRMATION, signature.id, "es")


def test_worker_that_slept_sends_one_email_with_a_valid_link(client, petition):
    signature_id = sign(petition, now=utcnow() - 9 * DAY)
    for _ in range(3):
        post_signature(client, petition, AMALIA)
    later = utcnow() + 3 * DAY
    answer_now(now=later)
    assert count_emails() == 2
    assert row(signature_id).mailed_at == later


def used_up(petition, mailed_at):
    """A pending signature that has had its five emails, the last at `mailed_at`."""
    signature_id = sign(petition, now=mailed_at)
    change(signature_id, mail_count=5)
    return signature_id


def test_after_five_emails_none_is_sent_while_the_last_link_is_valid(petition):
    now = utcnow()
    signature_id = used_up(petition, now - 6 * DAY)
    sign(petition)
    assert count_emails() == 1
    confirm(signature_id)
    assert row(signature_id).state == "confirmed"


def test_after_five_emails_one_is_sent_once_the_last_link_has_expired(petition):
    now = utcnow()
    signature_id = used_up(petition, now - 8 * DAY)
    for hours in range(6):
        sign(petition, now=now + timedelta(hours=hours))
    assert count_emails() == 2
    confirm(signature_id)
    assert row(signature_id).state == "confirmed"


def test_button_for_a_new_email_works_after_five_emails_once_a_week(petition):
    now = utcnow()
    signature_id = used_up(petition, now - 8 * DAY)
    for hours in range(6):
        moment = now + timedelta(hours=hours)
        write(operations.send_again, signature_id=signature_id, now=moment, good_for=WEEK)
    assert count_emails() == 2
    confirm(signature_id)
    assert row(signature_id).state == "confirmed"


def test_confirmed_supporter_is_told_of_repeats_at_most_five_times(petition):
    signature_id = sign_and_hatch(petition, now=utcnow() - DAY)
    for week in range(9):
        sign(petition, now=utcnow() + week * WEEK)
    assert row(signature_id).mail_count == count_emails() == 5


@pytest.mark.parametrize("last_email", [timedelta(0), timedelta(hours=1), 3 * DAY, 30 * DAY])
@pytest.mark.parametrize("had_confirmed", [False, True])
def test_supporter_who_withdrew_after_five_emails_can_sign_and_confirm_again(
    client, petition, had_confirmed, last_email
):
    now = utcnow()
    signature_id = sign(petition, now=now - last_email)
    if had_confirmed:
        confirm(signature_id, now=now - last_email)
        hatch_now()
    change(signature_id, mail_count=5)
    withdraw(signature_id)
    before = count_emails()
    for seconds in (1, 3, 120):
        sign(petition, comment="Again", now=now + timedelta(seconds=seconds))
    # Either an email has come, or the links of the earlier ones still open the form.
    assert count_emails() - before == (1 if had_confirmed or last_email > WEEK else 0)
    assert form_link(forms()[0]) in client.get(link("confirm", signature_id)).text
    confirm_form(forms()[0], now=now + timedelta(minutes=5))
    assert (row(signature_id).state, row(signature_id).comment) == ("confirmed", "Again")


def test_supporter_who_says_it_was_not_them_gets_no_more_emails_for_it(petition):
    now = utcnow()
    signature_id = sign(petition, now=now - DAY)
    for minute in range(0, 60, 2):
        withdraw(signature_id)
        sign(petition, now=now + timedelta(minutes=minute))
    assert count_emails() == 5


def test_result_of_a_repeat_does_not_name_the_signature(petition):
    sign(petition, ODILE)
    [result] = accept(signature_command(petition, ODILE))
    assert result == SignatureResult(Status.REPEAT)
    assert repeats_wait()
