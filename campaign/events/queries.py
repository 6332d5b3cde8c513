"""What pages, mails and the door ask about events and registrations."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.causes.models import Cause
from campaign.events.models import ON_HOLD, Event, EventOldSlug, EventPicture, Registration
from campaign.extensions import db

PUBLIC = (Event.state != "draft", Cause.state != "draft")
LISTED_BY_CAUSE = (*PUBLIC, Event.archived_at.is_(None))
LISTED = (*LISTED_BY_CAUSE, Cause.state == "published")
IN_ARCHIVE = Event.archived_at.is_not(None)
MAX_IN_FEED = 500
FEW_SEATS = 5


def event_by_slug(slug):
    """Return the public event at `slug`, with texts and cause, or None."""
    return db.session.scalar(_whole().where(Event.slug == slug, *PUBLIC))


def event_by_id(event_id):
    """Return the event with this id, with texts and cause, or None."""
    return db.session.scalar(_whole().where(Event.id == event_id))


def events_with_ids(event_ids):
    """Return these events in whatever state, in the order of their ids, with texts and cause."""
    return db.session.scalars(_whole().where(Event.id.in_(event_ids)).order_by(Event.id)).all()


def present_slug(old_slug):
    """Return where the public event that once lived at `old_slug` lives now, or None."""
    return db.session.scalar(
        select(Event.slug)
        .join(EventOldSlug, EventOldSlug.event_id == Event.id)
        .join(Event.cause)
        .where(EventOldSlug.slug == old_slug, *PUBLIC)
    )


def event_in_any_state(slug):
    """Return the event at `slug`, a draft too, with texts and cause, or None."""
    return db.session.scalar(
        _whole().where(Event.slug == slug).execution_options(populate_existing=True)
    )


def is_taken(slug):
    """Return whether an event lives at `slug`."""
    return db.session.scalar(select(Event.id).where(Event.slug == slug)) is not None


def events_among(cause_ids):
    """Return all events of these causes, or of all where None, the latest first, with texts and cause."""
    return db.session.scalars(
        _whole().where(*_of(cause_ids)).order_by(Event.starts_at.desc(), Event.id.desc())
    ).all()


def events_by_turn(cause_ids, now, *, limit=None, offset=0):
    """Return the events of these causes, or of all where None, that are not in the archive: the drafts, those ahead, those past.

    Of those past the latest comes first, of the others the next.
    """
    turn = case((Event.state == "draft", 0), (Event.ends_at > now, 1), else_=2)
    next_first = case((turn < 2, Event.starts_at))
    order = turn, next_first, Event.starts_at.desc(), Event.id.desc()
    query = _whole().where(*_of(cause_ids), Event.archived_at.is_(None)).order_by(*order)
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def events_in_archive(cause_ids, *, limit=None, offset=0):
    """Return the archived events of these causes, or of all where None, the latest first."""
    query = (
        _whole()
        .where(*_of(cause_ids), IN_ARCHIVE)
        .order_by(Event.starts_at.desc(), Event.id.desc())
    )
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def archived_events(cause_ids):
    """Return how many events of these causes, or of all where None, are in the archive."""
    return db.session.scalar(select(func.count(Event.id)).where(*_of(cause_ids), IN_ARCHIVE))


def events_ahead(now, *, cause_id=None, town="", limit=None, offset=0):
    """Return the public events that are not over at `now`, the next first."""
    chosen = _chosen(cause_id, town).where(Event.ends_at > now)
    return db.session.scalars(
        chosen.order_by(Event.starts_at, Event.id).limit(limit).offset(offset)
    ).all()


def events_past(now, *, cause_id=None, town="", limit=None, offset=0):
    """Return the public events that are over at `now`, the latest first."""
    chosen = _chosen(cause_id, town).where(Event.ends_at <= now)
    ordered = chosen.order_by(Event.starts_at.desc(), Event.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def events_for_calendars(since, *, cause_id=None):
    """Return the public events that ended after `since`, the cancelled among them, the next first."""
    return events_ahead(since, cause_id=cause_id, limit=MAX_IN_FEED)


def towns():
    """Return the towns of all public events, in alphabetical order."""
    query = select(Event.town).join(Event.cause).where(*LISTED, Event.town != "")
    return db.session.scalars(query.distinct().order_by(Event.town)).all()


def picture_of(slug, digest, *, is_small=False):
    """Return the bytes of the picture of the public event at `slug`, or None where it has another by now."""
    data = func.coalesce(EventPicture.small, EventPicture.data) if is_small else EventPicture.data
    return db.session.scalar(
        select(data)
        .join(Event, Event.id == EventPicture.event_id)
        .join(Event.cause)
        .where(Event.slug == slug, EventPicture.digest == digest, *PUBLIC)
    )


def focal_point_of(slug, digest):
    """Return the point of that picture which stays in sight where it is cut, in hundredths, or None where there is no such picture."""
    point = select(EventPicture.focal_x, EventPicture.focal_y).join(
        Event, Event.id == EventPicture.event_id
    )
    row = db.session.execute(point.where(Event.slug == slug, EventPicture.digest == digest)).first()
    return row and tuple(row)


def registration_by_id(registration_id):
    """Return the registration, or None."""
    return db.session.get(Registration, registration_id)


def seats_taken(event_id):
    """Return how many seats are given away; those on hold are not among them."""
    return db.session.scalar(
        select(func.coalesce(func.sum(Registration.seats), 0)).where(
            Registration.event_id == event_id, Registration.state == "registered"
        )
    )


def seats_on_hold(event_id, now, *, besides=None):
    """Return how many seats are on hold at `now`, without those of the registration `besides`."""
    query = select(func.coalesce(func.sum(Registration.hold_seats), 0)).where(
        ON_HOLD, Registration.event_id == event_id, Registration.hold_until > now
    )
    return db.session.scalar(query if besides is None else query.where(Registration.id != besides))


def fullness(event):
    """Return how many seats the public is told are left: `many`, `few` or `full`; empty where there is room for all.

    Only confirmed seats count. An unconfirmed registration changes nothing here.
    """
    if event.capacity is None:
        return ""
    left = event.capacity - seats_taken(event.id)
    return "full" if left <= 0 else "few" if left <= max(FEW_SEATS, event.capacity // 5) else "many"


def attendance(event_id):
    """Return {state: seats} of an event, with the seats of those who came under `came`."""
    seats = func.coalesce(func.sum(Registration.seats), 0)
    of_event = Registration.event_id == event_id
    states = dict(
        db.session.execute(
            select(Registration.state, seats).where(of_event).group_by(Registration.state)
        ).all()
    )
    came = db.session.scalar(select(seats).where(of_event, Registration.checked_in_at.is_not(None)))
    return {**states, "came": came}


def _of(cause_ids):
    """Return the conditions by which an event is of these causes, or of any where None."""
    return () if cause_ids is None else (Event.cause_id.in_(cause_ids),)


def _chosen(cause_id, town):
    query = _whole().where(
        *(LISTED if cause_id is None else (*LISTED_BY_CAUSE, Event.cause_id == cause_id))
    )
    return query.where(Event.town == town) if town else query


def _whole():
    return (
        select(Event)
        .join(Event.cause)
        .options(
            joinedload(Event.cause).selectinload(Cause.texts),
            selectinload(Event.texts),
            selectinload(Event.petitions),
            selectinload(Event.picture),
        )
    )
