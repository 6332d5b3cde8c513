"""What pages ask about causes."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.causes.models import Cause, CauseTally, FormerCauseSlug, FreeNumber
from campaign.extensions import db


def published_causes():
    """Return the causes that the public may see, oldest first, with their texts."""
    return db.session.scalars(
        select(Cause)
        .where(Cause.state == "published")
        .order_by(Cause.id)
        .options(selectinload(Cause.texts))
    ).all()


def cause_by_slug(slug):
    """Return the cause at `slug` that the public may see, an archived one too, or None."""
    return db.session.scalar(
        select(Cause)
        .where(Cause.slug == slug, Cause.state != "draft")
        .options(selectinload(Cause.texts))
    )


def cause_in_any_state(slug):
    """Return the cause at `slug`, a draft too, with its texts, or None."""
    return db.session.scalar(
        select(Cause).where(Cause.slug == slug).options(selectinload(Cause.texts))
    )


def cause_slug_after(former):
    """Return where the cause lives that once lived at `former`, or None."""
    return db.session.scalar(
        select(Cause.slug)
        .join(FormerCauseSlug, FormerCauseSlug.cause_id == Cause.id)
        .where(FormerCauseSlug.slug == former)
    )


def cause_by_id(cause_id):
    """Return the cause with this id in whatever state, with its texts, or None."""
    return db.session.scalar(
        select(Cause).where(Cause.id == cause_id).options(selectinload(Cause.texts))
    )


def causes_among(cause_ids):
    """Return these causes in whatever state, oldest first, with their texts; all causes where `cause_ids` is None."""
    query = select(Cause).order_by(Cause.id).options(selectinload(Cause.texts))
    if cause_ids is not None:
        query = query.where(Cause.id.in_(cause_ids))
    return db.session.scalars(query).all()


def cause_count(cause_id):
    """Return how many butterflies the cause has."""
    return db.session.scalar(select(CauseTally.count).where(CauseTally.cause_id == cause_id)) or 0


def cause_numbers(cause_id):
    """Return (the highest butterfly number given, the tuple of free numbers below it)."""
    last = (
        db.session.scalar(select(CauseTally.last_number).where(CauseTally.cause_id == cause_id))
        or 0
    )
    free = db.session.scalars(select(FreeNumber.number).where(FreeNumber.cause_id == cause_id))
    return last, tuple(free)
