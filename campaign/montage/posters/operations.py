"""The life cycle of a poster: requested, drawn by a job, ready for a day, deleted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from campaign.db.upsert import insert
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.jobs.operations import enqueue
from campaign.montage.models import IN_WORK, READY, VARIETY, Poster
from campaign.montage.queries import Variety
from campaign.process.clock import utcnow

JOB = "poster"
POSTER_LIFETIME = timedelta(days=1)
# How long a replaced poster stays available for running downloads, and how long a failed one is not
# tried again.
GRACE_PERIOD = timedelta(minutes=10)
MAX_IN_PROGRESS = 100
MAX_BYTES = 4 * 1024**3


class PosterQueueFull(CampaignError):
    """So many posters are waiting that another would not be drawn within the hour."""

    status = 503


def request_poster(variety: Variety, *, now: datetime) -> None:
    """Queue a poster of this Variety, unless one is in progress. Raise PosterQueueFull."""
    in_progress = db.session.scalar(select(func.count()).select_from(Poster).where(IN_WORK)) or 0
    if in_progress >= MAX_IN_PROGRESS:
        raise PosterQueueFull
    values = {
        **vars(variety),
        "state": "waiting",
        "requested_at": now,
        "file_bytes": 0,
        "last_number": 0,
    }
    values |= dict.fromkeys(("appearance_digest", "numbers_digest", "names_digest"), "")
    # Two simultaneous requests make only one poster.
    poster_id = db.session.scalar(
        insert(Poster)
        .values(values)
        .on_conflict_do_nothing(index_elements=VARIETY, index_where=IN_WORK)
        .returning(Poster.id)
    )
    if poster_id is not None:
        enqueue(JOB, poster_id)


def start_poster(poster_id: int) -> None:
    """Record that the poster is being drawn."""
    _change(poster_id, state="drawing")


def return_poster(poster_id: int) -> None:
    """Let the poster wait for a worker again."""
    _change(poster_id, state="waiting")


def finish_poster(poster_id: int, **columns: Any) -> None:
    """Mark the poster as ready. `columns` say what it shows."""
    _change(poster_id, state="ready", **columns)


def fail_poster(poster_id: int) -> None:
    """Give up the poster. For a while it is not tried again."""
    _change(poster_id, state="failed", requested_at=utcnow())


def drop_posters(ids: Iterable[int]) -> None:
    """Delete these posters. The next sweep removes their files."""
    db.session.execute(delete(Poster).where(Poster.id.in_(ids)))


def sweep_posters(*, now: datetime) -> list[str]:
    """Delete outdated posters and return the names of the files to keep.

    Outdated are those older than a day, replaced by a newer one, failed long enough ago, or the
    oldest beyond MAX_BYTES.
    """
    file_names: list[str] = []
    newest: dict[Variety, Poster] = {}
    total = 0
    for poster in db.session.scalars(select(Poster).where(READY).order_by(Poster.id.desc())).all():
        total += poster.file_bytes
        variety = Variety.of(poster)
        newer = newest.get(variety)
        newest.setdefault(variety, poster)
        if (
            total > MAX_BYTES
            or _is_older(poster, now - POSTER_LIFETIME)
            or (newer and _is_older(newer, now - GRACE_PERIOD))
        ):
            db.session.delete(poster)
        else:
            file_names.append(poster.file_name)
    db.session.execute(
        delete(Poster).where(Poster.state == "failed", Poster.requested_at <= now - GRACE_PERIOD)
    )
    return file_names


def _is_older(poster: Poster, moment: datetime) -> bool:
    return poster.drawn_at is not None and poster.drawn_at <= moment


def _change(poster_id: int, **columns: Any) -> None:
    db.session.execute(
        update(Poster)
        .where(Poster.id == poster_id, IN_WORK)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
