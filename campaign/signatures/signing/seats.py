"""Who has signed a petition already, and which seats are free for collected signatures.

The second seat at an email address is for a couple that shares it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, select, tuple_

from campaign.extensions import db
from campaign.signatures.models import Signature

_table: Table = Signature.__table__


@dataclass(frozen=True, slots=True)
class Signer:
    """Who wants a seat under a petition: the person, and the email address if there is one.

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


class Seat(NamedTuple):
    """A seat, 1 or 2, and the id of the pending row that the signature takes over, or None.

    That is the row of a person who signed online and has not confirmed yet.
    """

    number: int
    pending_id: int | None = None


@dataclass(slots=True)
class _Occupant:
    """A known signature; `pending_id` is set while a witness can still confirm it."""

    pending_id: int | None
    seat: int
    person_digest: bytes | None
    postal_code: str


class Seats:
    """The occupied seats of the people that were looked up."""

    def __init__(self) -> None:
        self._by_person: dict[tuple[int, bytes], list[_Occupant]] = {}
        self._by_address: dict[tuple[int, bytes], list[_Occupant]] = {}

    def look_up(self, signers: Collection[Signer]) -> None:
        """Load the signatures of these people, in any state: at most two statements."""
        c = _table.c
        people = {signer.person for signer in signers if not signer.address}
        for row in _rows((c.petition_id, c.person_digest), people):
            key = (row.petition_id, bytes(row.person_digest))
            self._by_person.setdefault(key, []).append(_occupant(row))
        addresses = {signer.address for signer in signers if signer.address}
        for row in _rows((c.petition_id, c.email_digest), addresses):
            key = (row.petition_id, bytes(row.email_digest))
            self._by_address.setdefault(key, []).append(_occupant(row))

    def take(self, signer: Signer) -> Seat | None:
        """Occupy the free Seat of this signer and return it, or None if they signed already."""
        occupants = (
            self._by_address.setdefault(signer.address, [])
            if signer.address
            else self._by_person.setdefault(signer.person, [])
        )
        seat = _pending_seat(occupants, signer) if signer.is_witnessed else None
        if seat is None and occupants and not _is_partner(occupants, signer):
            return None
        occupants.append(
            _Occupant(None, len(occupants) + 1, signer.person_digest, signer.postal_code)
        )
        return seat or Seat(len(occupants))


def _pending_seat(occupants: list[_Occupant], signer: Signer) -> Seat | None:
    """Remove and return the seat of this person's unconfirmed signature, if there is one."""
    for occupant in occupants:
        if occupant.pending_id and occupant.person_digest == signer.person_digest:
            occupants.remove(occupant)
            return Seat(occupant.seat, occupant.pending_id)
    return None


def _is_partner(occupants: Sequence[_Occupant], signer: Signer) -> bool:
    """Return whether the signer is the second of a couple at one address."""
    if len(occupants) != 1 or not signer.address or not signer.may_share or not signer.postal_code:
        return False
    [other] = occupants
    return other.person_digest != signer.person_digest and other.postal_code == signer.postal_code


def _occupant(row: Any) -> _Occupant:
    return _Occupant(
        row.id if row.state == "pending" else None,
        row.seat,
        row.person_digest and bytes(row.person_digest),
        row.postal_code,
    )


def _rows(
    key: Iterable[ColumnElement[Any]], values: Collection[tuple[int, bytes] | None]
) -> Sequence[Any]:
    if not values:
        return []
    c = _table.c
    columns = (c.id, c.state, c.seat, c.postal_code, c.petition_id, c.person_digest, c.email_digest)
    return db.session.execute(
        select(*columns).where(tuple_(*key).in_(list(values))).order_by(c.id)
    ).all()
