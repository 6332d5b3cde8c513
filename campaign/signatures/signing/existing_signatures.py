"""Find who has signed a petition already, and the position of a signature at its email address.

Two people who share an email address have the positions 1 and 2 at it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Table, select, tuple_

from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.signatures.models import Signature

_table: Table = Signature.__table__


@dataclass(frozen=True, slots=True)
class Signer:
    """Who wants to sign a petition: the person, and the email address if there is one.

    `may_share` says whether the petition lets two people share an address. `is_witnessed` says
    whether a witness saw them sign, who then also confirms what they signed online.
    """

    petition_id: int
    email_digest: bytes | None
    person_digest: bytes
    postal_code: str
    may_share: bool
    is_witnessed: bool

    @property
    def address(self) -> tuple[int, bytes] | None:
        """Return what identifies the email address under the petition, or None."""
        return (self.petition_id, self.email_digest) if self.email_digest else None

    @property
    def person(self) -> tuple[int, bytes]:
        """Return what identifies the person under the petition."""
        return self.petition_id, self.person_digest


class Position(NamedTuple):
    """A position, 1 or 2, and the id of the pending row that the signature replaces, or None.

    That is the row of a person who signed online and has not confirmed yet.
    """

    number: int
    pending_id: int | None = None


@dataclass(slots=True)
class _Existing:
    """A known signature. `pending_id` is set while a witness can still confirm it."""

    pending_id: int | None
    position: int
    person_digest: bytes | None
    postal_code: str


class ExistingSignatures:
    """The signatures of the people that were looked up."""

    def __init__(self) -> None:
        self._by_person: dict[tuple[int, bytes], list[_Existing]] = {}
        self._by_address: dict[tuple[int, bytes], list[_Existing]] = {}

    def look_up(self, signers: Collection[Signer]) -> None:
        """Load the signatures of these people, in any state: at most two statements."""
        c = _table.c
        people = {signer.person for signer in signers if not signer.address}
        for row in _rows((c.petition_id, c.person_digest), people):
            key = (row.petition_id, bytes(row.person_digest))
            self._by_person.setdefault(key, []).append(_existing(row))
        addresses = {signer.address for signer in signers if signer.address}
        for row in _rows((c.petition_id, c.email_digest), addresses):
            key = (row.petition_id, bytes(row.email_digest))
            self._by_address.setdefault(key, []).append(_existing(row))

    def add(self, signer: Signer) -> Position | None:
        """Add this signer and return their Position, or None if they signed already."""
        existing = (
            self._by_address.setdefault(signer.address, [])
            if signer.address
            else self._by_person.setdefault(signer.person, [])
        )
        position = _pending_position(existing, signer) if signer.is_witnessed else None
        if position is None and existing and not _is_partner(existing, signer):
            return None
        existing.append(
            _Existing(None, len(existing) + 1, signer.person_digest, signer.postal_code)
        )
        return position or Position(len(existing))


def _pending_position(existing: list[_Existing], signer: Signer) -> Position | None:
    """Remove this person's unconfirmed signature. Return its position, or None if there is none."""
    for other in existing:
        if other.pending_id and other.person_digest == signer.person_digest:
            existing.remove(other)
            return Position(other.position, other.pending_id)
    return None


def _is_partner(existing: Sequence[_Existing], signer: Signer) -> bool:
    """Return whether the signer is the second of a couple at one address."""
    if len(existing) != 1 or not signer.address or not signer.may_share or not signer.postal_code:
        return False
    [other] = existing
    return other.person_digest != signer.person_digest and other.postal_code == signer.postal_code


def _existing(row: Any) -> _Existing:
    return _Existing(
        row.id if row.state == "pending" else None,
        row.position_at_address,
        row.person_digest and bytes(row.person_digest),
        row.postal_code,
    )


def _rows(
    key: Iterable[ColumnElement[Any]], values: Collection[tuple[int, bytes] | None]
) -> Sequence[Any]:
    if not values:
        return []
    c = _table.c
    columns = (
        c.id,
        c.state,
        c.position_at_address,
        c.postal_code,
        c.petition_id,
        c.person_digest,
        c.email_digest,
    )
    return db.session.execute(
        select(*columns).where(tuple_(*key).in_(list(values))).order_by(c.id)
    ).all()


def locked_rows(columns: Mapping[str, Any]) -> Sequence[Signature]:
    """Lock and return the signatures with the petition and address of `columns`, by position."""
    return db.session.scalars(
        select(Signature)
        .where(
            Signature.petition_id == columns["petition_id"],
            Signature.email_digest == columns["email_digest"],
        )
        .order_by(Signature.position_at_address)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def insert_at(position: int, columns: Mapping[str, Any]) -> int | None:
    """Insert the row at this position and return its id, or None if another process was quicker."""
    return cast(
        int | None,
        db.session.scalar(
            insert(_table)
            .values({**columns, "position_at_address": position})
            .on_conflict_do_nothing(
                index_elements=["petition_id", "email_digest", "position_at_address"]
            )
            .returning(_table.c.id)
        ),
    )
