"""The life of a poster: asked for, drawn by one worker at a time, ready for a day, gone."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from campaign.db.insertion import insert
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.montage.models import IN_WORK, READY, VARIETY, Poster

LOCK = timedelta(seconds=15)
KEPT = timedelta(days=1)
# Whoever is downloading the last one has so long to finish, and after a failure so long nobody tries again.
GRACE = timedelta(minutes=10)
MAX_ATTEMPTS = 3
MAX_IN_PROGRESS = 100
MAX_BYTES = 4 * 1024**3


class PressBusy(CampaignError):
    """So many posters wait that another would not be drawn within the hour."""

    status = 503


def ask_for_poster(variety, *, now):
    """Have a poster of this Variety drawn, unless one is in work. Raises PressBusy."""
    if (
        db.session.scalar(select(func.count()).select_from(Poster).where(IN_WORK))
        >= MAX_IN_PROGRESS
    ):
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
        insert(Poster)
        .values(values)
        .on_conflict_do_nothing(index_elements=VARIETY, index_where=IN_WORK)
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
    if poster.attempts >= MAX_ATTEMPTS:
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
    return _ours(
        poster_id, holder, state="waiting", locked_until=None, attempts=Poster.attempts - 1
    )


def finish_poster(poster_id, *, holder, **facts):
    """Offer the poster; `facts` are its columns about what it shows. Return whether it was still ours."""
    return _ours(poster_id, holder, state="ready", progress=100, locked_until=None, **facts)


def drop_posters(ids):
    """Forget these posters; their files go with the next sweep."""
    db.session.execute(delete(Poster).where(Poster.id.in_(ids)))


def sweep_posters(*, now):
    """Forget posters older than a day, those that a newer one replaced, old failures, the oldest beyond MAX_BYTES.

    Return the names of the files that are to stay.
    """
    kept, newest, octets = [], {}, 0
    for poster in db.session.scalars(select(Poster).where(READY).order_by(Poster.id.desc())).all():
        octets += poster.octets
        variety = tuple(getattr(poster, column) for column in VARIETY)
        newer = newest.get(variety)
        newest.setdefault(variety, poster)
        if (
            octets > MAX_BYTES
            or poster.drawn_at <= now - KEPT
            or (newer and newer.drawn_at <= now - GRACE)
        ):
            db.session.delete(poster)
        else:
            kept.append(poster.file_name)
    db.session.execute(
        delete(Poster).where(Poster.state == "failed", Poster.asked_at <= now - GRACE)
    )
    return kept


def _ours(poster_id, holder, **values):
    changed = db.session.execute(
        update(Poster)
        .where(Poster.id == poster_id, Poster.holder == holder, Poster.state == "drawing")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1
