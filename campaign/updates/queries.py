"""Queries about updates, for pages, feeds and emails."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.site.settings import site_settings
from campaign.updates.models import Update, UpdatePetition


def public_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an update is public at `now`."""
    return Update.state == "published", Update.publish_at <= now, Cause.state != "draft"


def listed_at(now: datetime, cause_id: int | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an update is in lists.

    The list is that of a cause, or that of all causes that are not archived if `cause_id` is None.
    """
    return *public_at(
        now
    ), Cause.state == "published" if cause_id is None else Update.cause_id == cause_id


def update_by_slug(slug: str, now: datetime) -> Update | None:
    """Return the public update at `slug`, with texts and cause, or None."""
    return db.session.scalar(_with_texts().where(Update.slug == slug, *public_at(now)))


def update_in_any_state(slug: str) -> Update | None:
    """Return the update at `slug` in any state, or None."""
    return db.session.scalar(
        _with_texts().where(Update.slug == slug).execution_options(populate_existing=True)
    )


def update_by_id(update_id: int | None) -> Update | None:
    """Return the update with this id in any state, or None."""
    return db.session.scalar(
        _with_texts().where(Update.id == update_id).execution_options(populate_existing=True)
    )


def updates_with_ids(ids: Collection[int]) -> Sequence[Update]:
    """Return these updates in any state, in no particular order."""
    return db.session.scalars(_with_texts().where(Update.id.in_(ids))).all()


def recent_updates(
    now: datetime,
    *,
    cause_id: int | None = None,
    petition_id: int | None = None,
    event_id: int | None = None,
    year: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Update]:
    """Return the public updates, newest first.

    They can be narrowed to a cause, a petition, an event, or a year in the site's time zone.
    """
    if petition_id is not None:
        query = (
            _with_texts()
            .where(*public_at(now))
            .join(UpdatePetition, UpdatePetition.update_id == Update.id)
        )
        query = query.where(UpdatePetition.petition_id == petition_id)
    else:
        query = _with_texts().where(*listed_at(now, cause_id))
    if event_id is not None:
        query = query.where(Update.event_id == event_id)
    if year is not None:
        query = query.where(
            Update.publish_at >= _new_year(year), Update.publish_at < _new_year(year + 1)
        )
    ordered = query.order_by(Update.publish_at.desc(), Update.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def years(now: datetime, *, cause_id: int | None = None) -> list[tuple[int, int]]:
    """Return (year, number of public updates) pairs, latest first, in the site's time zone."""
    query = select(Update.publish_at).join(Update.cause).where(*listed_at(now, cause_id))
    counts: Counter[int] = Counter()
    for moment in db.session.scalars(query.order_by(Update.publish_at.desc())):
        # Every public update has a time.
        counts[cast(datetime, moment).astimezone(_zone()).year] += 1
    return list(counts.items())


def newest_change(now: datetime, *, cause_id: int | None = None) -> datetime | None:
    """Return when the public updates last changed, or None if there are none."""
    query = select(func.max(Update.changed_at), func.max(Update.publish_at)).join(Update.cause)
    return max(
        filter(None, db.session.execute(query.where(*listed_at(now, cause_id))).one()), default=None
    )


def updates_among(
    cause_ids: Collection[int] | None,
    *,
    state: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Update]:
    """Return the updates of these causes, or of all causes if None.

    Drafts come first, then the newest. With a `state`, return only the updates in that state.
    """
    query = _with_texts().order_by(
        Update.publish_at.is_not(None), Update.publish_at.desc(), Update.id.desc()
    )
    if cause_ids is not None:
        query = query.where(Update.cause_id.in_(cause_ids))
    if state is not None:
        query = query.where(Update.state == state)
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=_zone()).astimezone(UTC)


def _zone() -> ZoneInfo:
    return ZoneInfo(site_settings().time_zone)


def _with_texts() -> Select[Update]:
    return (
        select(Update)
        .join(Update.cause)
        .options(
            joinedload(Update.cause).selectinload(Cause.texts),
            selectinload(Update.texts),
            selectinload(Update.petitions),
            selectinload(Update.picture),
            selectinload(Update.body_pictures),
        )
    )
