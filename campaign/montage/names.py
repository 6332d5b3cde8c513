"""The names in a montage, a thousand butterflies at a time, as supporters let them be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Row, select
from sqlalchemy.orm import load_only

from campaign.causes.models import Cause, CauseTally, FreeNumber
from campaign.extensions import db
from campaign.signatures.models import Signature

CHUNK_SIZE = 1000
COLUMNS = (
    Signature.number,
    Signature.state,
    Signature.name_display,
    Signature.given_name,
    Signature.family_name,
    Signature.country,
    Signature.comment,
    Signature.comment_shown,
    Signature.confirmed_at,
    Signature.created_at,
)


@dataclass(frozen=True)
class NamedButterfly:
    """A butterfly whose supporter shows a name or initials.

    `country` is an ISO 3166 code, and `comment` an approved comment.
    """

    number: int
    name: str
    country: str
    at: date
    comment: str


@dataclass(frozen=True)
class Chunk:
    """Butterflies `first` … `last`: the named ones, and the free numbers."""

    first: int
    last: int
    named: tuple[NamedButterfly, ...]
    free: tuple[int, ...]

    @property
    def counted_only(self) -> int:
        """Return how many are neither named nor free."""
        return self.last - self.first + 1 - len(self.named) - len(self.free)


def chunk_of(number: int) -> int:
    """Return which chunk (0, 1, 2 …) contains butterfly `number`."""
    return (number - 1) // CHUNK_SIZE


def cause_and_last(slug: str) -> Row[int, int] | None:
    """Return (cause id, highest number given) of the published cause with this slug, or None."""
    return db.session.execute(
        select(Cause.id, CauseTally.last_number)
        .join(CauseTally, CauseTally.cause_id == Cause.id)
        .where(Cause.slug == slug, Cause.state != "draft")
    ).first()


def chunk(cause_id: int, k: int, last_number: int) -> Chunk | None:
    """Return butterflies 1000·k+1 … 1000·(k+1), up to `last_number`.

    Return None if there is no such chunk.
    """
    first, last = k * CHUNK_SIZE + 1, min((k + 1) * CHUNK_SIZE, last_number)
    if k < 0 or first > last_number:
        return None
    rows = _between(cause_id, first, last)
    used = {row.number for row in rows}
    return Chunk(
        first=first,
        last=last,
        named=tuple(_named(row) for row in rows if _is_shown(row)),
        free=tuple(number for number in range(first, last + 1) if number not in used),
    )


def butterfly(cause_id: int, number: int) -> NamedButterfly | str:
    """Return what is public about one butterfly.

    That is a Named, "counted" if it has no public name, or "free" if there is none.
    """
    rows = _between(cause_id, number, number)
    if not rows:
        return "free"
    return _named(rows[0]) if _is_shown(rows[0]) else "counted"


def free_numbers(cause_id: int) -> Sequence[int]:
    """Return the free numbers of a cause, lowest first."""
    return db.session.scalars(
        select(FreeNumber.number).where(FreeNumber.cause_id == cause_id).order_by(FreeNumber.number)
    ).all()


def _between(cause_id: int, first: int, last: int) -> Sequence[Signature]:
    return db.session.scalars(
        select(Signature)
        .options(load_only(*COLUMNS, raiseload=True))
        .where(Signature.cause_id == cause_id, Signature.number.between(first, last))
        .order_by(Signature.number)
    ).all()


def _is_shown(row: Signature) -> bool:
    return row.state == "counted" and row.name_display != "counted"


def _named(row: Signature) -> NamedButterfly:
    return NamedButterfly(
        number=cast(int, row.number),
        name=row.shown_name,
        country=row.country,
        at=(row.confirmed_at or row.created_at).date(),
        comment=row.shared_comment,
    )
