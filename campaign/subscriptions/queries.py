"""Queries about subscriptions, for pages, emails and mailings."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.sql.elements import SQLCoreOperations

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.notices.models import Consent
from campaign.notices.queries import consents_of
from campaign.security.dated_tokens import without_day
from campaign.security.tokens import claimed_number
from campaign.subscriptions import tokens
from campaign.subscriptions.models import BY_SIGNING, Subscription, SuppressedAddress
from campaign.text.email_addresses import is_same_address


def subscription_by_id(subscription_id: int) -> Subscription | None:
    """Return the subscription, or None."""
    return db.session.get(Subscription, subscription_id, populate_existing=True)


def subscription_by_token(purpose: str, token: str) -> Subscription | None:
    """Return the subscription that `token` opens for `purpose` (see `tokens`), or None."""
    subscription = _claimed_subscription(
        without_day(token) if purpose == tokens.PREFERENCES else token
    )
    return (
        subscription
        if subscription is not None and tokens.opens(purpose, token, subscription)
        else None
    )


def was_preferences_link(token: str) -> bool:
    """Return whether `token` is a valid preferences link, even if it has expired."""
    subscription = _claimed_subscription(without_day(token))
    return subscription is not None and tokens.opened_once(token, subscription)


def subscriptions_of_address(
    email_digest: bytes, email: str
) -> list[tuple[Subscription, Cause | None]]:
    """Return [(subscription, its Cause or None)] of the active ones of exactly this address.

    The oldest come first. `email_digest` also matches other ways to write the address, which may
    belong to other people.
    """
    return [
        (row, cause)
        for row, cause in subscriptions_of_digest(email_digest)
        if is_same_address(row.email, email)
    ]


def subscriptions_of_digest(email_digest: bytes) -> list[tuple[Subscription, Cause | None]]:
    """Return the same for all ways to write an address."""
    rows = db.session.execute(
        select(Subscription, Cause)
        .outerjoin(Cause, Cause.id == Subscription.cause_id)
        .where(Subscription.email_digest == email_digest, Subscription.state == "active")
        .order_by(Subscription.id)
    ).all()
    return [(subscription, cause) for subscription, cause in rows]


def consents_of_signature(signature_id: int) -> Sequence[Consent]:
    """Return the consents to news that came with a signature, in order."""
    ids = db.session.scalars(
        select(Subscription.id).where(Subscription.signature_id == signature_id)
    ).all()
    return consents_of("subscription", ids)


def _claimed_subscription(token: str) -> Subscription | None:
    subscription_id = claimed_number(token)
    subscription = None if subscription_id is None else subscription_by_id(subscription_id)
    # Once its address is erased, no link opens a subscription.
    return subscription if subscription is not None and subscription.email_digest else None


def is_suppressed(email_digest: bytes) -> bool:
    """Return whether the address behind this keyed digest never gets news."""
    return db.session.get(SuppressedAddress, email_digest) is not None


def suppression_of(email_digest: bytes) -> SuppressedAddress | None:
    """Return the SuppressedAddress of this keyed digest, or None."""
    return db.session.get(SuppressedAddress, email_digest, populate_existing=True)


def suppressions(*, limit: int, offset: int = 0) -> Sequence[SuppressedAddress]:
    """Return the suppressed addresses, newest first."""
    ordered = select(SuppressedAddress).order_by(
        SuppressedAddress.since.desc(), SuppressedAddress.digest
    )
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def suppressions_by_reason() -> dict[str, int]:
    """Return {reason: number of suppressed addresses}."""
    reason = SuppressedAddress.reason
    return dict(db.session.execute(select(reason, func.count()).group_by(reason)).all())


def is_to(*, cause_id: int | None, organisation_id: int | None) -> ColumnElement[bool]:
    """Return the condition that a subscription is to a cause, or to all of an organisation."""
    if cause_id is not None:
        return Subscription.cause_id == cause_id
    return Subscription.organisation_id == organisation_id


def is_for_cause(cause_id: int) -> ColumnElement[bool]:
    """Return the condition that a subscription is to this cause, or to all of its organisation."""
    owner = select(Cause.organisation_id).where(Cause.id == cause_id).scalar_subquery()
    return or_(Subscription.cause_id == cause_id, Subscription.organisation_id == owner)


def organisation_of_subscription(subscription: Subscription) -> int:
    """Return the id of the organisation that sends the news of this subscription."""
    if subscription.cause_id is None:
        return cast(int, subscription.organisation_id)
    of_cause = select(Cause.organisation_id).where(Cause.id == subscription.cause_id)
    return cast(int, db.session.scalar(of_cause))


def suppressed() -> ColumnElement[bool]:
    """Return the condition that the address of a subscription is suppressed."""
    return (
        select(SuppressedAddress.digest)
        .where(SuppressedAddress.digest == Subscription.email_digest)
        .exists()
    )


def kind_of(source: SQLCoreOperations[str]) -> ColumnElement[str]:
    """Return SQL that maps a source to `signers` or `subscribers`."""
    return case((source.in_(BY_SIGNING), "signers"), else_="subscribers")
