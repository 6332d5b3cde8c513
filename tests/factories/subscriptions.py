"""Create subscriptions to test with."""

from datetime import timedelta

from sqlalchemy import select

from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.notices.queries import present_consents
from campaign.process.clock import utcnow
from campaign.signatures import tokens as signature_keys
from campaign.subscriptions import operations, tokens
from campaign.subscriptions.models import Subscription

WEEK = timedelta(days=7)


def ask_for_news(name="amalia", *, cause_id=None, now=None, **more):
    """Subscribe as the form does, committed and unconfirmed, and return the id.

    Without `cause_id` to all causes of `organisation_id`, or of the host.
    """
    email = f"{name}@rosales.example"
    more = {"lang": "en", **more}
    return write(
        operations.subscribe,
        email=email,
        email_digest=digest(name),
        cause_id=cause_id,
        now=now or utcnow(),
        good_for=WEEK,
        **more,
    )


def subscribe(name="amalia", *, now=None, **more):
    """Subscribe and confirm, committed, and return the id."""
    now = now or utcnow()
    subscription_id = ask_for_news(name, now=now, **more)
    write(operations.confirm, subscription_id=subscription_id, now=now, good_for=WEEK)
    return subscription_id


def subscribe_many(count, *, cause_id, now, lang="en"):
    """Subscribe and confirm many with one statement: reader0, reader1 …"""
    columns = {
        "lang": lang,
        "state": "active",
        "source": "form",
        "evidence": "email",
    }

    def add():
        db.session.add_all(
            Subscription(
                cause_id=cause_id,
                email=f"reader{n}@rosales.example",
                email_digest=digest(f"reader{n}"),
                confirmed_at=now,
                **columns,
            )
            for n in range(count)
        )

    write(add)


def digest(name):
    return signature_keys.email_digest(f"{name}@rosales.example")


def subscription(subscription_id):
    """Return the subscription as it is in the database now, or None."""
    db.session.rollback()
    return db.session.get(Subscription, subscription_id, populate_existing=True)


def consent_of(row):
    """Return the last consent of a subscription, or None."""
    return present_consents("subscription", [row.id]).get(row.id)


def subscriptions():
    """Return all subscriptions as they are in the database now, oldest first."""
    db.session.rollback()
    return db.session.scalars(
        select(Subscription).order_by(Subscription.id).execution_options(populate_existing=True)
    ).all()


def email_states(kind):
    """Return the states of the queued emails of a kind, oldest first."""
    db.session.rollback()
    return db.session.scalars(
        select(OutboxMessage.state).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    ).all()


def link(view, subscription_id, lang="en"):
    """Return the link in an email: `confirm`, `preferences` or `end`."""
    purpose = {"confirm": tokens.CONFIRM, "preferences": tokens.PREFERENCES, "end": tokens.STOP}[
        view
    ]
    token = tokens.token_for(purpose, subscription(subscription_id))
    return {
        "confirm": f"/{lang}/subscriptions/confirm/{token}",
        "preferences": f"/{lang}/subscriptions/{token}",
        "end": f"/{lang}/subscriptions/{token}/end",
    }[view]
