"""Tests of requesting a new email address, confirming it, and of what the old address may do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.accounts.audit_models import AuditEntry
from campaign.errors import LinkExpired
from campaign.extensions import db, write
from campaign.mail.operations import refuse_address, report_address
from campaign.mailboxes import operations
from campaign.mailboxes.queries import CAUTION_PERIOD, due_changes, was_stopped
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erase_one
from tests.factories import mailboxes
from tests.factories.mailboxes import (
    NEW,
    OLD,
    WEEK,
    change,
    changes,
    confirm_request,
    confirmed,
    request,
    settle_notice,
)
from tests.factories.petitions import make_petition
from tests.factories.signatures import queued_emails, row, rows, sign, sign_and_hatch
from tests.factories.subscriptions import subscribe

pytestmark = pytest.mark.both_databases
SECOND = timedelta(seconds=1)


def states():
    return [each.state for each in changes()]


def kinds():
    return [kind for kind, _id, _lang in queued_emails() if kind.startswith("address_change")]


def press(operation, change_id, **more):
    return write(operation, change_id=change_id, now=more.pop("now", None) or utcnow(), **more)


def confirm(change_id, *, now=None):
    return press(operations.confirm_change, change_id, good_for=WEEK, now=now)


def test_request_changes_nothing_before_the_new_address_confirms(petition):
    signature_id = sign_and_hatch(petition)
    change_id = request()
    assert states() == ["requested"]
    assert kinds() == [operations.REQUEST]
    assert not due_changes(now=utcnow() + 2 * operations.OBJECTION_PERIOD, limit=9)
    assert not press(
        operations.take_effect, change_id, now=utcnow() + 2 * operations.OBJECTION_PERIOD
    )
    assert row(signature_id).email == OLD


def test_confirmed_change_tells_the_old_address_and_waits(petition):
    signature_id = sign_and_hatch(petition)
    now = utcnow()
    change_id = confirmed(now=now)
    assert kinds() == [operations.REQUEST, operations.NOTICE]
    assert change(change_id).takes_effect_at == now + operations.OBJECTION_PERIOD
    assert not press(
        operations.take_effect, change_id, now=now + operations.OBJECTION_PERIOD - SECOND
    )
    assert row(signature_id).email == OLD
    assert due_changes(now=now + operations.OBJECTION_PERIOD, limit=9) == [change_id]
    assert press(operations.take_effect, change_id, now=now + operations.OBJECTION_PERIOD)
    assert row(signature_id).email == NEW
    assert kinds() == [operations.REQUEST, operations.NOTICE, operations.DONE]


def follow(now):
    write(operations.follow_notices, now=now)


def test_time_to_object_begins_when_the_notice_was_sent(petition):
    signature_id = sign_and_hatch(petition)
    now = utcnow()
    change_id = confirm_request(now=now)
    follow(now)
    assert change(change_id).takes_effect_at is None
    sent_at = now + timedelta(days=2)
    settle_notice(change_id, "sent", now=sent_at)
    follow(sent_at + SECOND)
    assert change(change_id).takes_effect_at == sent_at + operations.OBJECTION_PERIOD
    early = sent_at + operations.OBJECTION_PERIOD - SECOND
    assert not press(operations.take_effect, change_id, now=early)
    write(operations.forget_old, now=early)
    assert press(operations.take_effect, change_id, now=early + SECOND)
    assert row(signature_id).email == NEW


@pytest.mark.parametrize("state", ["failed", "dropped"])
def test_notice_that_was_not_sent_is_queued_again_and_nothing_moves(petition, state):
    sign_and_hatch(petition)
    now = utcnow()
    change_id = confirm_request(now=now)
    settle_notice(change_id, state)
    follow(now)
    follow(now)
    assert kinds().count(operations.NOTICE) == 2
    assert change(change_id).takes_effect_at is None
    assert not press(
        operations.take_effect, change_id, now=now + operations.OBJECTION_PERIOD + SECOND
    )
    settle_notice(change_id, "sent", now=now + SECOND)
    follow(now + SECOND)
    assert change(change_id).takes_effect_at == now + SECOND + operations.OBJECTION_PERIOD


def test_change_that_the_old_address_never_heard_of_expires(petition):
    signature_id = sign_and_hatch(petition)
    now = utcnow()
    change_id = confirm_request(now=now)
    write(operations.forget_old, now=now + operations.OBJECTION_PERIOD)
    assert change(change_id).state == "expired"
    assert row(signature_id).email == OLD


def test_change_from_an_address_that_accepts_no_email_needs_no_notice(petition):
    signature_id = sign_and_hatch(petition)
    now = utcnow()
    change_id = confirm_request(now=now)
    write(refuse_address, change(change_id).old_digest, reason="550 5.1.1", now=now)
    settle_notice(change_id, "dropped")
    follow(now)
    assert kinds().count(operations.NOTICE) == 1
    assert press(operations.take_effect, change_id, now=now + operations.OBJECTION_PERIOD)
    assert row(signature_id).email == NEW


def test_one_report_is_not_enough_to_do_without_the_notice(petition):
    sign_and_hatch(petition)
    now = utcnow()
    change_id = confirm_request(now=now)
    digest = change(change_id).old_digest
    write(report_address, digest, reason="bounced", message="outbox-1", now=now)
    settle_notice(change_id, "failed")
    follow(now)
    assert change(change_id).takes_effect_at is None


def test_change_that_needs_agreement_does_not_begin_with_the_notice(petition):
    sign_and_hatch(petition)
    press(operations.stop, confirmed())
    now = utcnow()
    change_id = confirm_request(now=now)
    settle_notice(change_id, "failed")
    follow(now)
    assert kinds().count(operations.NOTICE) == 3
    write(refuse_address, change(change_id).old_digest, reason="550 5.1.1", now=now)
    settle_notice(change_id, "dropped")
    follow(now)
    assert change(change_id).takes_effect_at is None


def notice_lang():
    return next(lang for kind, _id, lang in queued_emails() if kind == operations.NOTICE)


def test_notice_is_in_the_language_of_the_newest_confirmed_signature(petition):
    law, water = (make_petition(slug, cause_id=petition.cause_id) for slug in ("law", "water"))
    sign_and_hatch(petition, lang="en")
    sign_and_hatch(law, lang="fr")
    # Anyone can do this.
    sign(water, lang="es")
    subscribe(cause_id=petition.cause_id, lang="es")
    confirmed(lang="es")
    assert notice_lang() == "fr"


def test_notice_to_a_subscriber_is_in_the_language_of_the_newest_subscription(petition):
    subscribe(cause_id=petition.cause_id, lang="en")
    subscribe(lang="fr")
    confirmed(lang="es")
    assert notice_lang() == "fr"


def test_second_press_changes_nothing(petition):
    sign_and_hatch(petition)
    change_id = confirmed()
    before = change(change_id).takes_effect_at
    assert confirm(change_id, now=utcnow() + SECOND).takes_effect_at == before
    press(operations.agree, change_id)
    press(operations.agree, change_id)
    assert press(operations.take_effect, change_id, now=utcnow() + SECOND)
    assert not press(operations.take_effect, change_id, now=utcnow() + SECOND)
    assert press(operations.agree, change_id).state == "done"
    assert kinds().count(operations.NOTICE) == kinds().count(operations.DONE) == 1


def test_old_address_lets_it_happen_at_once(petition):
    signature_id = sign_and_hatch(petition)
    mailboxes.move()
    assert row(signature_id).email == NEW


def test_old_address_stops_it_permanently(petition):
    signature_id = sign_and_hatch(petition)
    change_id = confirmed()
    press(operations.stop, change_id)
    press(operations.stop, change_id)
    assert states() == ["stopped"]
    assert kinds().count(operations.STOPPED) == 1
    for again in (confirm, lambda one: press(operations.take_effect, one)):
        again(change_id)
    with pytest.raises(operations.ChangeOver):
        press(operations.agree, change_id)
    assert states() == ["stopped"]
    assert row(signature_id).email == OLD
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "addresses.stopped")
    ).one()
    assert (entry.organizer_id, entry.subject_id, entry.details) == (None, change_id, {})


def test_after_an_objection_the_next_change_needs_the_old_address(petition):
    signature_id = sign_and_hatch(petition)
    press(operations.stop, confirmed())
    now = utcnow()
    change_id = confirmed(new="other@nueva.example", now=now)
    assert change(change_id).needs_agreement
    assert not due_changes(now=now + 3 * operations.OBJECTION_PERIOD, limit=9)
    press(operations.agree, change_id, now=now)
    assert press(operations.take_effect, change_id, now=now)
    assert row(signature_id).email == "other@nueva.example"


def test_change_that_nobody_agreed_to_expires(petition):
    sign_and_hatch(petition)
    press(operations.stop, confirmed())
    now = utcnow()
    change_id = confirmed(now=now)
    write(operations.forget_old, now=now + operations.OBJECTION_PERIOD - SECOND)
    assert change(change_id).state == "waiting"
    write(operations.forget_old, now=now + operations.OBJECTION_PERIOD)
    assert change(change_id).state == "expired"
    with pytest.raises(operations.ChangeOver):
        press(operations.agree, change_id)


def test_objection_counts_for_a_while_and_for_that_mailbox_alone(app):
    now = utcnow()
    press(operations.stop, confirmed(now=now), now=now)
    assert was_stopped(mailboxes.mailbox(OLD), now=now + CAUTION_PERIOD - SECOND)
    assert not was_stopped(mailboxes.mailbox(OLD), now=now + CAUTION_PERIOD)
    assert not was_stopped(mailboxes.mailbox("odile@kwan.example"), now=now)


def test_new_address_refuses(petition):
    signature_id = sign_and_hatch(petition)
    for begin in (request, confirmed):
        change_id = begin()
        press(operations.refuse_change, change_id)
        press(operations.refuse_change, change_id)
        assert confirm(change_id).state == "refused"
        assert not press(
            operations.take_effect, change_id, now=utcnow() + 2 * operations.OBJECTION_PERIOD
        )
    assert states() == ["refused", "refused"]
    assert operations.STOPPED not in kinds()
    assert row(signature_id).email == OLD


def test_newer_request_replaces_one_that_nobody_confirmed(app):
    first = request()
    second = request(new="other@nueva.example")
    assert states() == ["replaced", "requested"]
    assert confirm(first).state == "replaced"
    assert confirm(second).state == "waiting"


def test_newer_change_replaces_one_that_waits_and_the_old_address_hears_of_both(app):
    confirmed()
    second = request(new="other@nueva.example")
    assert states() == ["waiting", "requested"]
    confirm(second)
    assert states() == ["replaced", "waiting"]
    assert kinds().count(operations.NOTICE) == 2


def test_changes_of_other_mailboxes_stay(app):
    confirmed("vera@yahoo.com")
    confirmed("vera-x9@yahoo.com")
    confirmed("odile@kwan.example")
    assert states() == ["waiting"] * 3


def test_link_of_a_request_expires(app):
    now = utcnow()
    change_id = request(now=now)
    with pytest.raises(LinkExpired):
        confirm(change_id, now=now + WEEK)
    assert states() == ["requested"]


@pytest.mark.parametrize("end", ["refuse_change", "stop"])
def test_ended_changes_are_deleted_after_a_fixed_time(app, end):
    now = utcnow()
    press(getattr(operations, end), confirmed(now=now), now=now)
    write(operations.forget_old, now=now + operations.RETENTION - SECOND)
    assert len(states()) == 1
    write(operations.forget_old, now=now + operations.RETENTION)
    assert states() == []


def test_unconfirmed_requests_are_deleted_after_a_fixed_time(app):
    now = utcnow()
    request(now=now)
    write(operations.forget_old, now=now + operations.RETENTION)
    assert states() == []


def test_erasing_everything_deletes_the_changes_of_the_mailbox(petition):
    first = sign_and_hatch(petition)
    second = sign_and_hatch(make_petition("law", cause_id=petition.cause_id))
    press(operations.stop, confirmed())
    request()
    write(erase_one, signature_id=first)
    assert states() == ["stopped", "requested"]
    write(erase_one, signature_id=second)
    assert states() == []


def test_erasing_at_the_new_address_deletes_what_happened_but_stops_nothing(petition):
    sign_and_hatch(make_petition("law", cause_id=petition.cause_id))
    at_new = sign_and_hatch(petition, email=NEW)
    confirmed()
    write(erase_one, signature_id=at_new)
    assert states() == ["waiting"]
    mailboxes.move()
    moved = [each.id for each in rows() if each.email == NEW]
    write(erase_one, signature_id=moved[0])
    assert states() == []


def test_mailbox_that_was_erased_in_between_moves_nothing(petition):
    signature_id = sign_and_hatch(petition)
    change_id = confirmed()
    write(erase_one, signature_id=signature_id)
    assert change(change_id) is None
    with pytest.raises(operations.ChangeOver):
        press(operations.agree, change_id)
