"""Tests of receipts of mailings that follow a subscription to a new email address."""

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.updates.mailing import plan_mailing
from campaign.updates.mailing_models import MailingReceipt
from tests.factories import mailboxes
from tests.factories.causes import make_cause
from tests.factories.subscriptions import digest, subscribe
from tests.factories.updates import make_update

pytestmark = pytest.mark.both_databases
OLD, NEW = "amalia@rosales.example", "nueva@rosales.example"


@pytest.fixture
def cause(app):
    return make_cause()


@pytest.fixture
def mailing_id(cause):
    update = make_update(cause_id=cause.id)
    return write(plan_mailing, update_id=update.id, now=utcnow()).id


def send(mailing_id, subscription_id, name):
    """Note that the mailing was sent to a subscriber."""
    row = MailingReceipt(
        bulk_email_id=mailing_id,
        reader_id=subscription_id,
        email_digest=digest(name),
        queued_at=utcnow(),
    )
    write(lambda: db.session.add(row))


def receipts():
    query = select(MailingReceipt.reader_id, MailingReceipt.email_digest)
    return {tuple(row) for row in db.session.execute(query)}


def test_receipt_follows_its_subscription(cause, mailing_id):
    own, other = subscribe(cause_id=cause.id), subscribe("odile", cause_id=cause.id)
    send(mailing_id, own, "amalia")
    send(mailing_id, other, "odile")
    mailboxes.move(OLD, NEW)
    assert receipts() == {(own, digest("nueva")), (other, digest("odile"))}


def test_receipt_stays_where_the_new_address_has_one(cause, mailing_id):
    own = subscribe(cause_id=cause.id)
    other = subscribe("nueva", organisation_id=cause.organisation_id)
    send(mailing_id, own, "amalia")
    send(mailing_id, other, "nueva")
    mailboxes.move(OLD, NEW)
    assert receipts() == {(own, digest("amalia")), (other, digest("nueva"))}
