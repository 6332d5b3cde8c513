"""The subscriptions that a mailing still has to reach."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from campaign.extensions import db
from campaign.signatures.models import Signature
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import is_for_cause, kind_of, suppressed
from campaign.updates.mailing_models import Mailing


def next_readers(mailing: Mailing) -> Select[int, str, bytes | None]:
    """Return the query for the next readers of a mailing.

    Their subscriptions were active when it began, and are for each update. Their addresses are not
    suppressed.
    """
    query = select(Subscription.id, Subscription.lang, Subscription.email_digest).where(
        Subscription.id > mailing.reached_id,
        Subscription.state == "active",
        Subscription.frequency == "each",
        Subscription.confirmed_at <= mailing.starts_at,
        is_for_cause(mailing.update.cause_id),
        ~suppressed(),
        ~came_with_rejected(),
    )
    if mailing.langs:
        query = query.where(Subscription.lang.in_(mailing.langs))
    if mailing.kinds:
        query = query.where(kind_of(Subscription.source).in_(mailing.kinds))
    return query.order_by(Subscription.id)


def audience(
    cause_id: int,
    *,
    langs: Collection[str] = (),
    kinds: Collection[str] = (),
    frequency: str | None = None,
) -> dict[tuple[str, str, str], int]:
    """Return {(language, kind, frequency): number of addresses} of active subscriptions.

    They are subscriptions to a cause, or to all causes of its organisation. `kinds` are
    `signers` (by a signature) and `subscribers` (all others).
    """
    kind = kind_of(Subscription.source).label("kind")
    query = select(
        Subscription.lang,
        kind,
        Subscription.frequency,
        func.count(func.distinct(Subscription.email_digest)),
    ).where(
        Subscription.state == "active", is_for_cause(cause_id), ~suppressed(), ~came_with_rejected()
    )
    rows = db.session.execute(query.group_by(Subscription.lang, kind, Subscription.frequency)).all()
    return {
        (lang, kind, often): many
        for lang, kind, often, many in rows
        if (not langs or lang in langs)
        and (not kinds or kind in kinds)
        and frequency in (None, often)
    }


def came_with_rejected() -> ColumnElement[bool]:
    """Return the condition that a subscription came with a rejected or merged signature.

    Undoing the organizer's decision ends it. The condition is false if another signature of the
    same address brings the same subscription.
    """
    rejected, other = aliased(Signature), aliased(Signature)
    by_rejected = exists().where(
        rejected.id == Subscription.signature_id, rejected.rejected_at.is_not(None)
    )
    by_other = exists().where(
        other.email_digest == Subscription.email_digest,
        other.cause_id == Subscription.cause_id,
        other.subscribe,
        other.hatched_at.is_not(None),
    )
    return by_rejected & ~by_other


def mailable(subscription_ids: Collection[int]) -> Sequence[Subscription]:
    """Return those of the subscriptions that we may email at this moment."""
    is_withdrawn = exists().where(
        Signature.id == Subscription.signature_id, Signature.state == "withdrawn"
    )
    return db.session.scalars(
        select(Subscription)
        .where(
            Subscription.id.in_(subscription_ids),
            Subscription.state == "active",
            ~suppressed(),
            ~came_with_rejected(),
            ~is_withdrawn,
        )
        .execution_options(populate_existing=True)
    ).all()
