"""Aggregated counts of signatures, stored so that large petitions need not be counted again."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    String,
    case,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.functions import hour_of, hour_text, read_hour
from campaign.db.transactions import Write
from campaign.extensions import Base, database_now, db
from campaign.jobs.operations import take_lease
from campaign.petitions.models import Petition, PetitionTally
from campaign.signatures.models import HELD, PENDING, WITHDRAWN, Signature


class Aggregate(Base):
    """Counts of a petition's signatures up to the row `last_id`, grouped as `part` says.

    `part` is a key of `aggregates.PARTS`. `rows` are lists [value, …, count]. The rows of all
    petitions are made in one pass, so they share one `last_id`.
    """

    __tablename__ = "aggregate"

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[str] = mapped_column(String(12), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)


# No region needs more characters of a postal code.
AREA_CHARACTERS = 2
# Fewer than this are quick to count.
MIN_SIGNATURES = 20_000
# A pass takes at most this share of one processor's time, and runs at most once a minute.
SHARE = 1 / 20
MIN_INTERVAL_SECONDS = 60
_IN_TALLY = Signature.hatched_at.is_not(None)
# A rejected signature waits for nothing, and an erased one that was counted stays counted.
_STATUS = case(
    ((Signature.state == "held") & Signature.rejected_at.is_not(None), "rejected"),
    ((Signature.state == "erased") & _IN_TALLY, "counted"),
    else_=Signature.state,
)
# Aggregating more rows than this takes seconds, and no page should wait for that.
MAX_UNAGGREGATED = 200_000


class AggregatedColumns(NamedTuple):
    """Which signatures are aggregated, and by which columns."""

    columns: tuple[Any, ...]
    condition: Any


PARTS = {
    "hours": AggregatedColumns(
        (
            hour_of(Signature.created_at).label("hour"),
            _STATUS.label("status"),
            (Signature.evidence == "email").label("by_mail"),
            Signature.confirmed_at.is_not(None).label("is_confirmed"),
        ),
        (Signature.state != "erased") | _IN_TALLY,
    ),
    "kinds": AggregatedColumns((Signature.country, Signature.lang, Signature.evidence), _IN_TALLY),
    "areas": AggregatedColumns(
        (Signature.country, func.substr(Signature.postal_code, 1, AREA_CHARACTERS).label("area")),
        _IN_TALLY & (Signature.postal_code != ""),
    ),
    "sources": AggregatedColumns(
        (Signature.source, Signature.referrer_id.is_not(None).label("is_referred")), _IN_TALLY
    ),
}


def grouped_counts(part: str, petition_ids: Iterable[int]) -> Counter[tuple[Any, ...]]:
    """Return a Counter of these petitions' signatures by a tuple of the columns of `part`.

    An hour is text in the format that `read_hour` reads.
    """
    stored = db.session.execute(
        select(Aggregate.rows, Aggregate.last_id).where(
            Aggregate.part == part, Aggregate.petition_id.in_(petition_ids)
        )
    ).all()
    # A petition without stored aggregates is newer than the last pass, so all its rows come after
    # it.
    since = max((aggregate.last_id for aggregate in stored), default=0)
    newer = _rows(part, Signature.petition_id.in_(petition_ids), Signature.id > since)
    # A site of millions has tens of thousands of rows. To pop is twice as fast as to unpack.
    counts: dict[tuple[Any, ...], int] = {}
    for rows in (*(aggregate.rows for aggregate in stored), (row[1:] for row in newer)):
        for row in rows:
            count = row.pop()
            key = tuple(row)
            counts[key] = counts.get(key, 0) + count
    return Counter(counts)


def are_ready() -> bool:
    """Return whether the rows since the last aggregates are few enough to count quickly."""
    newest = db.session.scalar(select(func.max(Signature.id))) or 0
    return (
        newest - (db.session.scalar(select(func.max(Aggregate.last_id))) or 0) <= MAX_UNAGGREGATED
    )


def compute_aggregates(last_id: int) -> dict[tuple[int, str], list[list[Any]]]:
    """Return {(petition id, part): rows} of all signatures up to `last_id`.

    It reads each signature once for every part.
    """
    rows: dict[tuple[int, str], list[list[Any]]] = {
        (petition_id, part): []
        for petition_id in db.session.scalars(select(Petition.id))
        for part in PARTS
    }
    for part in PARTS:
        for petition_id, *values, count in _rows(part, Signature.id <= last_id):
            rows[petition_id, part].append([*values, count])
    return rows


def store_aggregates(
    aggregates: dict[tuple[int, str], list[list[Any]]], *, last_id: int, holder: str, now: datetime
) -> None:
    """Replace the stored aggregates with a result of `compute_aggregates`.

    Do nothing while another worker holds the lease.
    """
    if not take_lease("sums", holder=holder, now=now):
        return
    db.session.execute(delete(Aggregate))
    for (petition_id, part), rows in aggregates.items():
        db.session.add(Aggregate(petition_id=petition_id, part=part, last_id=last_id, rows=rows))
    db.session.flush()


class AggregateRefresher:
    """Refresh the aggregates of large numbers of signatures while these change.

    Of several processes that do so at once, only one stores the result. `holder` names this
    process.
    """

    _fingerprint: tuple[int, ...] | None

    def __init__(self, write: Write, *, holder: str) -> None:
        self._write, self._holder, self._next_pass_at, self._fingerprint = write, holder, 0.0, None

    def refresh(self) -> None:
        """Make a pass if one is due."""
        if monotonic() < self._next_pass_at:
            return
        fingerprint = _fingerprint()
        if fingerprint == self._fingerprint or fingerprint[0] < MIN_SIGNATURES:
            return
        started = monotonic()
        self._write(
            store_aggregates,
            compute_aggregates(fingerprint[0]),
            last_id=fingerprint[0],
            holder=self._holder,
            now=database_now(),
        )
        self._fingerprint, self._next_pass_at = (
            fingerprint,
            monotonic() + max(MIN_INTERVAL_SECONDS, (monotonic() - started) / SHARE),
        )


def _fingerprint() -> tuple[int, ...]:
    """Return numbers that change when any signature changes its state. The newest id is first."""
    newest = db.session.scalar(select(func.max(Signature.id))) or 0
    in_states = (
        db.session.scalar(select(func.count(Signature.id)).where(state))
        for state in (PENDING, HELD, WITHDRAWN)
    )
    return (
        newest,
        *in_states,
        *db.session.scalars(select(PetitionTally.count).order_by(PetitionTally.petition_id)),
    )


def _rows(part: str, *conditions: ColumnElement[bool]) -> Iterator[list[Any]]:
    columns, condition = PARTS[part]
    keys = (Signature.petition_id, *columns)
    rows = db.session.execute(
        select(*keys, func.count()).where(*conditions, condition).group_by(*keys)
    )
    return (
        [hour_text(read_hour(value)) if isinstance(value, datetime) else value for value in row]
        for row in rows
    )
