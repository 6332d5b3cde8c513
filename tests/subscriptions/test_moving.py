"""Tests of subscriptions that move to a new email address."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.mail.operations import refusal_of, refuse_address
from campaign.mailboxes.queries import former_digests
from campaign.notices.models import Consent
from campaign.process.clock import utcnow
from campaign.subscriptions import operations
from campaign.subscriptions.queries import is_suppressed, suppression_of
from tests.factories import mailboxes
from tests.factories.causes import make_cause
from tests.factories.subscriptions import (
    ask_for_news,
    consent_of,
    digest,
    link,
    subscribe,
    subscription,
    subscriptions,
)

pytestmark = pytest.mark.both_databases
OLD, NEW = "amalia@rosales.example", "nueva@rosales.example"
NEW_NAME = "nueva"
DAY = timedelta(days=1)


@pytest.fixture
def cause(app):
    return make_cause()


def move():
    return mailboxes.move(OLD, NEW)


def end(row_id):
    row = subscription(row_id)
    write(
        operations.end,
        subscription_id=row_id,
        email_digest=row.email_digest,
        email=row.email,
        now=utcnow(),
    )


def active():
    return {(row.id, row.email) for row in subscriptions() if row.state == "active"}


def consents():
    rows = db.session.execute(select(Consent.subject_id, Consent.withdrawn_at).order_by(Consent.id))
    return [tuple(row) for row in rows]


def test_active_subscriptions_move_with_their_consents(cause):
    one, two = subscribe(cause_id=cause.id), subscribe()
    other = subscribe("odile", cause_id=cause.id)
    before = consents()
    move()
    assert active() == {(one, NEW), (two, NEW), (other, "odile@rosales.example")}
    assert subscription(one).email_digest == digest(NEW_NAME)
    assert consents() == before


def test_unconfirmed_subscription_is_dropped(cause):
    pending = ask_for_news(cause_id=cause.id)
    move()
    assert subscription(pending) is None
    assert consents() == []


def test_ended_subscription_stays_at_the_old_address(cause):
    row_id = subscribe(cause_id=cause.id)
    end(row_id)
    move()
    row = subscription(row_id)
    assert (row.state, row.email_digest) == ("ended", digest("amalia"))


@pytest.mark.parametrize("is_old_first", [True, False])
def test_two_subscriptions_become_one_with_the_older_consent(cause, is_old_first):
    now = utcnow()
    at_old, at_new = now - 2 * DAY, now - DAY
    if not is_old_first:
        at_old, at_new = at_new, at_old
    own = subscribe(cause_id=cause.id, now=at_old)
    other = subscribe(NEW_NAME, cause_id=cause.id, now=at_new)
    move()
    assert active() == {(other, NEW)}
    assert subscription(other).confirmed_at == now - 2 * DAY
    row = subscription(own)
    assert (row.state, row.ended_reason, row.email, row.email_digest) == (
        "ended",
        "moved",
        None,
        None,
    )
    assert consents() == [(other, None), (other, None)]
    assert consent_of(subscription(other)) is not None


@pytest.mark.parametrize(("one", "two"), [("weekly", "each"), ("each", "weekly")])
def test_fewer_emails_win(cause, one, two):
    subscribe(cause_id=cause.id, frequency=one)
    other = subscribe(NEW_NAME, cause_id=cause.id, frequency=two)
    move()
    assert subscription(other).frequency == "weekly"


def test_what_ended_at_the_new_address_does_not_begin_again(cause):
    own = subscribe(cause_id=cause.id)
    end(subscribe(NEW_NAME, cause_id=cause.id))
    move()
    assert active() == set()
    assert subscription(own).email is None
    assert all(withdrawn_at for _id, withdrawn_at in consents())


def test_confirmed_subscription_replaces_an_unconfirmed_one(cause):
    own = subscribe(cause_id=cause.id)
    pending = ask_for_news(NEW_NAME, cause_id=cause.id)
    move()
    assert active() == {(own, NEW)}
    assert subscription(pending) is None


def test_new_address_that_wants_no_news_gets_none(cause):
    own = subscribe(cause_id=cause.id)
    write(operations.suppress, email_digest=digest(NEW_NAME), reason="request", now=utcnow())
    move()
    assert active() == set()
    assert subscription(own).email is None


@pytest.mark.parametrize("reason", ["request", "complaint", "organizer"])
def test_wish_for_no_news_follows_to_the_new_address(cause, reason):
    write(
        operations.suppress, email_digest=digest("amalia"), reason=reason, now=utcnow(), note="Call"
    )
    subscribe(NEW_NAME, cause_id=cause.id)
    move()
    for name in ("amalia", NEW_NAME):
        entry = suppression_of(digest(name))
        assert (entry.reason, entry.note) == (reason, "Call")
    assert active() == set()
    assert all(withdrawn_at for _id, withdrawn_at in consents())


def test_own_wish_stays_rather_than_that_of_an_organizer(cause):
    for name, reason in (("amalia", "organizer"), (NEW_NAME, "request")):
        write(operations.suppress, email_digest=digest(name), reason=reason, now=utcnow())
    move()
    assert suppression_of(digest(NEW_NAME)).reason == "request"


def test_person_can_allow_news_again_at_the_new_address(cause):
    write(operations.suppress, email_digest=digest("amalia"), reason="request", now=utcnow())
    move()
    write(operations.allow_again, email_digest=digest(NEW_NAME))
    assert not is_suppressed(digest(NEW_NAME))


def test_reports_that_the_old_address_does_not_work_do_not_follow(cause):
    write(refuse_address, digest("amalia"), reason="bounced", now=utcnow())
    row_id = subscribe(cause_id=cause.id)
    move()
    assert refusal_of(digest(NEW_NAME)) is None
    assert active() == {(row_id, NEW)}


def test_link_to_unsubscribe_in_old_emails_keeps_working(client, cause):
    row_id = subscribe(cause_id=cause.id)
    stop, preferences = link("end", row_id), link("preferences", row_id)
    move()
    assert client.get(preferences).status_code == 404
    assert client.get(link("preferences", row_id)).status_code == 200
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert subscription(row_id).state == "ended"


def test_circle_of_changes_ends(cause):
    subscribe(cause_id=cause.id)
    move()
    mailboxes.move(NEW, OLD)
    assert list(former_digests(digest("amalia"))) == [digest(NEW_NAME)]


def test_another_way_to_write_the_address(cause):
    row_id = subscribe(cause_id=cause.id)
    mailboxes.move(OLD, "Amalia@Rosales.example")
    assert active() == {(row_id, "Amalia@Rosales.example")}
