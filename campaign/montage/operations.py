"""The life cycle of a poster: requested, drawn by one worker, ready for a day, deleted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from campaign.db.upsert import insert
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.montage.models import IN_WORK, READY, VARIETY, Poster
from campaign.montage.queries import Variety

LOCK = timedelta(seconds=15)
KEPT = timedelta(days=1)
# How long a replaced poster stays available for running downloads, and how long a failed one is not
# tried again.
GRACE = timedelta(minutes=10)
MAX_ATTEMPTS = 3
MAX_IN_PROGRESS = 100
MAX_BYTES = 4 * 1024**3


class PressBusy(CampaignError):
    """So many posters are waiting that another would not be drawn within the hour."""

    status = 503


def ask_for_poster(variety: Variety, *, now: datetime) -> None:
    """Queue a poster of this Variety, unless one is in progress. Raise PressBusy."""
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
    # Two simultaneous requests make only one poster.
    db.session.execute(
        insert(Poster)
        .values(values)
        .on_conflict_do_nothing(index_elements=VARIETY, index_where=IN_WORK)
    )


def claim_poster(*, holder: str, now: datetime) -> Poster | None:
    """Claim the poster that has waited longest, or whose lock has expired; return it or None.

    The claim lasts for LOCK.
    """
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


def note_progress(poster_id: int, *, holder: str, progress: int, now: datetime) -> bool:
    """Record the progress in percent, and renew the lock; return whether we still hold it."""
    return _ours(poster_id, holder, progress=progress, locked_until=now + LOCK)


def give_back(poster_id: int, *, holder: str) -> bool:
    """Release the poster, so that another worker draws it at once; for when we have to stop."""
    return _ours(
        poster_id, holder, state="waiting", locked_until=None, attempts=Poster.attempts - 1
    )


def finish_poster(poster_id: int, *, holder: str, **facts: Any) -> bool:
    """Mark the poster as ready; return whether we still held it.

    `facts` are its columns about what it shows.
    """
    return _ours(poster_id, holder, state="ready", progress=100, locked_until=None, **facts)


def drop_posters(ids: Iterable[int]) -> None:
    """Delete these posters. The next sweep removes their files."""
    db.session.execute(delete(Poster).where(Poster.id.in_(ids)))


def sweep_posters(*, now: datetime) -> list[str]:
    """Delete outdated posters; return the names of the files to keep.

    Outdated are those older than a day, replaced by a newer one, failed long enough ago, or the
    oldest beyond MAX_BYTES.
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


def _ours(poster_id: int, holder: str, **values: Any) -> bool:
    changed = db.session.execute(
        update(Poster)
        .where(Poster.id == poster_id, Poster.holder == holder, Poster.state == "drawing")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1
