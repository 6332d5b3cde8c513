"""Queries about causes."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.causes.models import Cause, CauseTally, FreeNumber
from campaign.extensions import db


def published_causes(*, organisation_id: int | None = None) -> Sequence[Cause]:
    """Return the public causes that are not archived, oldest first, with their texts.

    They are those of one organisation, or all if it is None.
    """
    query = (
        select(Cause)
        .where(Cause.state == "published")
        .order_by(Cause.id)
        .options(selectinload(Cause.texts))
    )
    if organisation_id is not None:
        query = query.where(Cause.organisation_id == organisation_id)
    return db.session.scalars(query).all()


def cause_by_slug(slug: str) -> Cause | None:
    """Return the public cause at `slug`, with its texts, or None. It may be archived."""
    return db.session.scalar(
        select(Cause)
        .where(Cause.slug == slug, Cause.state != "draft")
        .options(selectinload(Cause.texts))
    )


def cause_in_any_state(slug: str) -> Cause | None:
    """Return the cause at `slug` in any state, with its texts, or None."""
    return db.session.scalar(
        select(Cause).where(Cause.slug == slug).options(selectinload(Cause.texts))
    )


def cause_by_id(cause_id: int) -> Cause | None:
    """Return the cause with this id in any state, with its texts, or None."""
    return db.session.scalar(
        select(Cause).where(Cause.id == cause_id).options(selectinload(Cause.texts))
    )


def causes_among(cause_ids: Collection[int] | None) -> Sequence[Cause]:
    """Return these causes, or all if None, in any state, oldest first, with their texts."""
    query = select(Cause).order_by(Cause.id).options(selectinload(Cause.texts))
    if cause_ids is not None:
        query = query.where(Cause.id.in_(cause_ids))
    return db.session.scalars(query).all()


def cause_count(cause_id: int) -> int:
    """Return how many butterflies the cause has."""
    return db.session.scalar(select(CauseTally.count).where(CauseTally.cause_id == cause_id)) or 0


def cause_numbers(cause_id: int) -> tuple[int, tuple[int, ...]]:
    """Return (the highest butterfly number given, the free numbers below it)."""
    last = (
        db.session.scalar(select(CauseTally.last_number).where(CauseTally.cause_id == cause_id))
        or 0
    )
    free = db.session.scalars(select(FreeNumber.number).where(FreeNumber.cause_id == cause_id))
    return last, tuple(free)
