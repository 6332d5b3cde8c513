"""The life of a poster: asked for, drawn by one worker at a time, ready for a day, gone. And of an uploaded shape."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from campaign.causes.models import Cause
from campaign.causes.queries import cause_numbers
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.lib.insertion import insert
from campaign.montage.models import IN_WORK, READY, VARIETY, Poster, StoredShape
from campaign.montage.shapes import UnknownShape, shape_names
from campaign.montage.uploads import shape_files

LOCK = timedelta(seconds=15)
KEPT = timedelta(days=1)
DRAFTS_KEPT = timedelta(days=7)
# Whoever is downloading the last one has so long to finish, and after a failure so long nobody tries again.
GRACE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
MOST_IN_WORK = 100
MOST_OCTETS = 4 * 1024**3


class ButterfliesWouldMove(CampaignError):
    """The cause has butterflies, and in another shape each would sit elsewhere."""

    status = 409


class PressBusy(CampaignError):
    """So many posters wait that another would not be drawn within the hour."""

    status = 503


def keep_shape(*, content, title, threshold=None, now):
    """Make a shape of a picture's bytes and keep it for a look; return its StoredShape. Raises PictureRefused.

    The same picture makes the same shape, so it is kept once.
    """
    name, files = shape_files(content, title, threshold)
    row = db.session.get(StoredShape, name)
    if row is None:
        row = StoredShape(
            name=name,
            created_at=now,
            facts=files["shape.toml"].decode(),
            ghost=files["ghost.json"].decode(),
            mask=files["mask.png"],
            palette=files["palette.png"],
        )
        db.session.add(row)
        db.session.flush()
    return row


def accept_shape(cause_id, *, name, now, may_move=False):
    """Give the cause the shape of this name, kept before or come with the platform; return the cause.

    Raises UnknownShape, or ButterfliesWouldMove where the cause has some, unless `may_move` says that this is meant.
    """
    cause = db.session.get(Cause, cause_id)
    stored = db.session.get(StoredShape, name)
    if stored is None and name not in shape_names():
        raise UnknownShape(name)
    if name != cause.shape and cause_numbers(cause_id)[0] and not may_move:
        raise ButterfliesWouldMove
    if stored and stored.accepted_at is None:
        stored.accepted_at = now
    cause.shape = name
    db.session.flush()
    return cause


def sweep_shapes(*, now):
    """Forget uploaded shapes that nobody accepted within a week; return how many."""
    old = delete(StoredShape).where(StoredShape.accepted_at.is_(None), StoredShape.created_at <= now - DRAFTS_KEPT)
    return db.session.execute(old).rowcount


def ask_for_poster(variety, *, now):
    """Have a poster of this Variety drawn, unless one is in work. Raises PressBusy."""
    if db.session.scalar(select(func.count()).select_from(Poster).where(IN_WORK)) >= MOST_IN_WORK:
        raise PressBusy
    values = {
        **vars(variety),
        "state": "waiting",
        "asked_at": now,
        "progress": 0,
        "attempts": 0,
        "octets": 0,
        "last_number": 0,
    }
    values |= dict.fromkeys(("holder", "look", "numbers", "names"), "")
    # Two who ask at once make one poster.
    db.session.execute(
        insert(Poster).values(values).on_conflict_do_nothing(index_elements=VARIETY, index_where=IN_WORK)
    )


def claim_poster(*, holder, now):
    """Take the poster that waits longest, or one that its holder left, for LOCK; return it, or None."""
    free = Poster.locked_until.is_(None) | (Poster.locked_until <= now)
    poster = db.session.scalar(
        select(Poster)
        .where(IN_WORK, free)
        .order_by(Poster.asked_at, Poster.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if poster is None:
        return None
    if poster.attempts >= MOST_ATTEMPTS:
        poster.state = "failed"
        poster.asked_at = now
        return None
    poster.state, poster.holder, poster.progress = "drawing", holder, 0
    poster.attempts += 1
    poster.locked_until = now + LOCK
    db.session.flush()
    return poster


def note_progress(poster_id, *, holder, progress, now):
    """Note how far the poster has come, in percent, and keep it for LOCK; return whether it is still ours."""
    return _ours(poster_id, holder, progress=progress, locked_until=now + LOCK)


def give_back(poster_id, *, holder):
    """Let another draw the poster at once, as we are told to stop."""
    return _ours(poster_id, holder, state="waiting", locked_until=None, attempts=Poster.attempts - 1)


def finish_poster(poster_id, *, holder, **facts):
    """Offer the poster; `facts` are its columns about what it shows. Return whether it was still ours."""
    return _ours(poster_id, holder, state="ready", progress=100, locked_until=None, **facts)


def drop_posters(ids):
    """Forget these posters; their files go with the next sweep."""
    db.session.execute(delete(Poster).where(Poster.id.in_(ids)))


def sweep_posters(*, now):
    """Forget posters older than a day, those that a newer one replaced, old failures, the oldest beyond MOST_OCTETS.

    Return the names of the files that are to stay.
    """
    kept, newest, octets = [], {}, 0
    for poster in db.session.scalars(select(Poster).where(READY).order_by(Poster.id.desc())).all():
        octets += poster.octets
        variety = tuple(getattr(poster, column) for column in VARIETY)
        newer = newest.get(variety)
        newest.setdefault(variety, poster)
        if octets > MOST_OCTETS or poster.drawn_at <= now - KEPT or (newer and newer.drawn_at <= now - GRACE):
            db.session.delete(poster)
        else:
            kept.append(poster.file_name)
    db.session.execute(delete(Poster).where(Poster.state == "failed", Poster.asked_at <= now - GRACE))
    return kept


def _ours(poster_id, holder, **values):
    changed = db.session.execute(
        update(Poster)
        .where(Poster.id == poster_id, Poster.holder == holder, Poster.state == "drawing")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1
