"""What pages, feeds and mails ask about updates."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.updates.models import FormerUpdateSlug, Update, UpdatePetition, UpdatePicture


def public_at(now):
    """Return the conditions by which an update is before everybody's eyes at `now`."""
    return Update.state == "published", Update.publish_at <= now, Cause.state != "draft"


def listed_at(now, cause_id):
    """Return the conditions by which it stands in lists: of its cause, or of all that are not archived."""
    return *public_at(
        now
    ), Cause.state == "published" if cause_id is None else Update.cause_id == cause_id


def update_by_slug(slug, now):
    """Return the public update at `slug`, with texts and cause, or None."""
    return db.session.scalar(_whole().where(Update.slug == slug, *public_at(now)))


def update_in_any_state(slug):
    """Return the update at `slug`, a draft too, or None."""
    return db.session.scalar(
        _whole().where(Update.slug == slug).execution_options(populate_existing=True)
    )


def update_by_id(update_id):
    """Return the update with this id in whatever state, or None."""
    return db.session.scalar(
        _whole().where(Update.id == update_id).execution_options(populate_existing=True)
    )


def updates_with_ids(ids):
    """Return these updates, whatever their state, in no order."""
    return db.session.scalars(_whole().where(Update.id.in_(ids))).all()


def update_slug_after(former):
    """Return where the update lives that once lived at `former`, or None."""
    return db.session.scalar(
        select(Update.slug)
        .join(FormerUpdateSlug, FormerUpdateSlug.update_id == Update.id)
        .where(FormerUpdateSlug.slug == former)
    )


def recent_updates(
    now, *, cause_id=None, petition_id=None, event_id=None, year=None, limit=None, offset=0
):
    """Return the public updates, the newest first: of a cause, about a petition or an event, or of a year in the campaign's zone."""
    if petition_id is not None:
        query = (
            _whole()
            .where(*public_at(now))
            .join(UpdatePetition, UpdatePetition.update_id == Update.id)
        )
        query = query.where(UpdatePetition.petition_id == petition_id)
    else:
        query = _whole().where(*listed_at(now, cause_id))
    if event_id is not None:
        query = query.where(Update.event_id == event_id)
    if year is not None:
        query = query.where(
            Update.publish_at >= _new_year(year), Update.publish_at < _new_year(year + 1)
        )
    ordered = query.order_by(Update.publish_at.desc(), Update.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def years(now, *, cause_id=None):
    """Return [(year, how many public updates)], the latest first, by the campaign's zone."""
    query = select(Update.publish_at).join(Update.cause).where(*listed_at(now, cause_id))
    counts = {}
    for moment in db.session.scalars(query.order_by(Update.publish_at.desc())):
        year = moment.astimezone(_zone()).year
        counts[year] = counts.get(year, 0) + 1
    return list(counts.items())


def newest_change(now, *, cause_id=None):
    """Return when the public updates last changed, or None without any."""
    query = select(func.max(Update.changed_at), func.max(Update.publish_at)).join(Update.cause)
    return max(
        filter(None, db.session.execute(query.where(*listed_at(now, cause_id))).one()), default=None
    )


def updates_among(cause_ids, *, state=None, limit=None, offset=0):
    """Return the updates of these causes, or of all where None, the newest first, drafts before them; of a `state`, or all."""
    query = _whole().order_by(
        Update.publish_at.is_not(None), Update.publish_at.desc(), Update.id.desc()
    )
    if cause_ids is not None:
        query = query.where(Update.cause_id.in_(cause_ids))
    if state is not None:
        query = query.where(Update.state == state)
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def picture_of(slug, digest, part):
    """Return the bytes of the picture of the update at `slug`, whatever its state, or None where it has another by now.

    `part` is `data` or `wide`. The digest is known only to whoever was shown a page with it.
    """
    return db.session.scalar(
        select(getattr(UpdatePicture, part))
        .join(Update, Update.id == UpdatePicture.update_id)
        .where(Update.slug == slug, UpdatePicture.digest == digest)
    )


def _new_year(year):
    return datetime(year, 1, 1, tzinfo=_zone()).astimezone(UTC)


def _zone():
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def _whole():
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
