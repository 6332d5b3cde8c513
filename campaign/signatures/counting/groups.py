"""Groups: delay some confirmed signatures, so that the count does not reveal who just signed.

A partner who may vouch for people could send an address and watch whether the count moves. So
signatures from partners are counted at random times within a day. Under a quiet petition every
signature waits until ten are together, or until its group is a day old.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Table,
    TextClause,
    func,
    select,
    update,
)

from campaign.db.bulk_update import bulk_update
from campaign.extensions import AnyRow, db, load_for_update
from campaign.petitions.models import Petition
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.signatures.models import IN_GROUP, Signature

HOUR = timedelta(hours=1)
HOURS_IN_DAY = 24
MIN_GROUP_SIZE = 10
# Each minute a full group is released with a chance of 1 in this many. So nobody can know which
# signature filled it.
MINUTES_TO_RELEASE = 20
PURPOSE = "when a batch is counted"

_table: Table = Signature.__table__
_WEB = _table.c.evidence != "api"


class Waiting(NamedTuple):
    """The number of confirmed signatures of a petition that wait, and when the last one counts."""

    total: int
    until: datetime | None


def put_in_groups(rows: Sequence[AnyRow], *, now: datetime) -> Sequence[AnyRow]:
    """Put into groups those of `rows` that must wait, and return the others.

    A row has id, petition_id and evidence.
    """
    quiet = set(db.session.scalars(select(Petition.id).where(Petition.is_quiet)))
    waiting = [row for row in rows if row.evidence == "api" or row.petition_id in quiet]
    if not waiting:
        return rows
    ends = {
        petition_id: _end_of_group(petition_id, now)
        for petition_id in {row.petition_id for row in waiting} & quiet
    }
    bulk_update(
        db.session.connection(),
        _table,
        [
            {
                "id": row.id,
                "waits_until": ends.get(row.petition_id) or _random_time(row.petition_id, now),
            }
            for row in waiting
        ],
    )
    delayed_ids = {row.id for row in waiting}
    return [row for row in rows if row.id not in delayed_ids]


def is_due(now: datetime | BindParameter[datetime]) -> tuple[TextClause, ColumnElement[bool]]:
    """Return the SQL conditions of a signature that has waited long enough."""
    return IN_GROUP, _table.c.waits_until <= now


def release_full_groups(*, now: datetime, is_turn: Callable[[], bool] | None = None) -> int:
    """Release the full groups of quiet petitions and return how many signatures they are.

    `is_turn` decides whether a group is released this minute, at random by default.
    """
    is_turn = is_turn or (lambda: secrets.randbelow(MINUTES_TO_RELEASE) == 0)
    full = db.session.scalars(
        select(_table.c.petition_id)
        .where(IN_GROUP, _WEB, _table.c.waits_until > now)
        .group_by(_table.c.petition_id)
        .having(func.count() >= MIN_GROUP_SIZE)
        .order_by(_table.c.petition_id)
    ).all()
    return sum(end_wait(petition_id, now=now) for petition_id in full if is_turn())


def end_wait(petition_id: int, *, now: datetime) -> int:
    """Let all waiting signatures of this petition, except those from partners, be counted now.

    Return how many they are.
    """
    return cast(
        CursorResult[Any],
        db.session.execute(
            update(_table)
            .where(IN_GROUP, _WEB, _table.c.petition_id == petition_id, _table.c.waits_until > now)
            .values(waits_until=now)
        ),
    ).rowcount


def set_quiet(*, petition_id: int, is_quiet: bool, now: datetime) -> Petition:
    """Make a petition's count move in groups only, or at once again.

    In the second case, waiting signatures are counted now.
    """
    petition = load_for_update(Petition, petition_id)
    petition.is_quiet = is_quiet
    db.session.flush()
    if not is_quiet:
        end_wait(petition_id, now=now)
    return petition


def waiting_under(petition_id: int) -> Waiting:
    """Return the Waiting of a petition."""
    row = db.session.execute(
        select(func.count(), func.max(_table.c.waits_until)).where(
            IN_GROUP, _table.c.petition_id == petition_id
        )
    ).one()
    return Waiting(*row)


def _end_of_group(petition_id: int, now: datetime) -> datetime:
    """Return the latest time at which a quiet petition's current group is counted.

    A new group gets about a day.
    """
    open_until = db.session.scalar(
        select(_table.c.waits_until)
        .where(IN_GROUP, _WEB, _table.c.petition_id == petition_id, _table.c.waits_until > now)
        .order_by(_table.c.waits_until.desc())
        .limit(1)
    )
    return open_until or _counting_time(petition_id, now, HOURS_IN_DAY - 1)


def _random_time(petition_id: int, now: datetime) -> datetime:
    return _counting_time(petition_id, now, 1 + secrets.randbelow(HOURS_IN_DAY - 1))


def _counting_time(petition_id: int, now: datetime, hours: int) -> datetime:
    """Return the petition's moment in the hour that begins `hours` later.

    It is the same for all signatures that are counted in that hour.
    """
    hour = now.replace(minute=0, second=0, microsecond=0) + hours * HOUR
    digest = keyed_digest(secret_key(), PURPOSE, f"{petition_id}:{hour.isoformat()}")
    return hour + HOUR * (int.from_bytes(digest[:4], "big") / 2**32)
