"""Signatures that were not entered in the form: from a tabler's device, or from paper.

Duplicates are not stored. The caller informs the supporter or an organizer about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, tuple_, update

from campaign.db.upsert import ANY_UNIQUE, insert_all
from campaign.extensions import db
from campaign.mail.operations import enqueue_many
from campaign.petitions.queries import SigningTerms
from campaign.signatures.models import Signature
from campaign.signatures.name_display import more_private
from campaign.signatures.operations import UNSAID
from campaign.signatures.repeats import CONFIRMATION

NEW = "new"
DUPLICATE = "duplicate"
BATCH = 200

_table = Signature.__table__
_WRITTEN = ("id", "petition_id", "email_digest", "person_digest", "seat")


@dataclass(frozen=True, slots=True)
class Collected:
    """One collected signature: the petition's terms, and the columns of the row to insert."""

    terms: SigningTerms
    columns: dict[str, Any]

    @property
    def address(self) -> tuple[int, bytes] | None:
        digest = self.columns["email_digest"]
        return digest and (self.columns["petition_id"], digest)

    @property
    def person(self) -> tuple[int, bytes]:
        return self.columns["petition_id"], self.columns["person_digest"]


@dataclass(frozen=True, slots=True)
class Fate:
    """The result for a Collected: `outcome` is NEW or DUPLICATE, `id` is the new row's or None."""

    id: int | None
    outcome: str


def collected(
    *,
    terms: SigningTerms,
    lang: str,
    now: datetime,
    signed_at: datetime,
    evidence: str,
    held_reason: str = "",
    confirmed: bool = True,
    **columns: Any,
) -> Collected:
    """Return the Collected of a signature given at `signed_at` that reached us at `now`.

    `columns` are those of a Signature, the same ones for the whole batch. `email_digest` is None
    without an address. Then name and postal code (`person_digest`) identify the person. A signature
    that no witness has `confirmed` needs an address, and the email sent there confirms it.
    """
    if not confirmed and not columns.get("email_digest"):
        raise ValueError("who is not confirmed by a witness needs an address")
    state = "held" if held_reason else "confirmed" if confirmed else "pending"
    facts = {
        "petition_id": terms.id,
        "cause_id": terms.cause_id,
        "version_id": terms.version_id,
        "lang": lang,
    }
    fresh = {
        "reminders": 0,
        "comment_shown": False,
        "evidence": evidence,
        "held_reason": held_reason,
    }
    times = {
        # The time limits of links and of unconfirmed signatures start when the email could first be
        # sent.
        "created_at": min(signed_at, now) if confirmed else now,
        "confirmed_at": min(signed_at, now) if confirmed else None,
        "mailed_at": None if confirmed else now,
        "mail_count": 0 if confirmed else 1,
    }
    unsaid = {
        **UNSAID,
        "family_name": "",
        "email": None,
        "email_digest": None,
        "name_display_asked": "",
    }
    return Collected(terms, {**unsaid, **fresh, **facts, **columns, **times, "state": state})


def collect_all(batch: Sequence[Collected]) -> list[Fate]:
    """Store the signatures of `batch` that are not duplicates, and queue their emails.

    Return the Fates in order. The runner gives the signatures their numbers, as it does for all. A
    witness also confirms the pending signature of someone who signed online. That signature takes
    the new values, unless they are more public than what was entered online.
    """
    fates = []
    for start in range(0, len(batch), BATCH):
        fates += _collect(batch[start : start + BATCH])
    return fates


def duplicates_among(batch: Sequence[Collected]) -> list[bool]:
    """Return for each Collected whether it is a duplicate.

    It repeats a stored signature or an earlier one of the batch.
    """
    seats = _Seats()
    for start in range(0, len(batch), BATCH):
        seats.look_up(batch[start : start + BATCH])
    return [seats.take(each) is None for each in batch]


class _Place(NamedTuple):
    """A seat, 1 or 2, and the id of the row to take over, if any.

    That is the row of a person who signed online and has not confirmed yet.
    """

    seat: int
    pending_id: int | None = None


class _Seats:
    """Who has signed already, and which seats are free.

    The second seat is for a couple that shares an address.
    """

    def __init__(self):
        self._people = {}
        self._at_address = {}

    def look_up(self, batch: Sequence[Collected]) -> None:
        """Load what the database has about the people in `batch`, in any state."""
        c = _table.c
        people = {each.person for each in batch if not each.address}
        for row in _rows((c.petition_id, c.person_digest), people):
            self._people.setdefault((row.petition_id, bytes(row.person_digest)), []).append(
                _Known.of(row)
            )
        addresses = {each.address for each in batch if each.address}
        for row in _rows((c.petition_id, c.email_digest), addresses):
            self._at_address.setdefault((row.petition_id, bytes(row.email_digest)), []).append(
                _Known.of(row)
            )

    def take(self, each: Collected) -> _Place | None:
        """Take the free _Place for this signature and return it, or None if there is none."""
        here = (
            self._at_address.setdefault(each.address, [])
            if each.address
            else self._people.setdefault(each.person, [])
        )
        person, postal_code = each.columns["person_digest"], each.columns["postal_code"]
        place = _taken_over(here, person) if each.columns["confirmed_at"] else None
        if place is None and here and not _is_couple(here, each):
            return None
        here.append(_Known(None, len(here) + 1, person, postal_code))
        return place or _Place(len(here))


@dataclass(slots=True)
class _Known:
    """A known signature; `pending_id` is set while a witness can still confirm it."""

    pending_id: int | None
    seat: int
    person: bytes | None
    postal_code: str

    @classmethod
    def of(cls, row):
        return cls(
            row.id if row.state == "pending" else None,
            row.seat,
            row.person_digest and bytes(row.person_digest),
            row.postal_code,
        )


def _taken_over(here, person):
    """Return the place of this person's unconfirmed signature, which a witness now confirms."""
    for known in here:
        if known.pending_id and known.person == person:
            here.remove(known)
            return _Place(known.seat, known.pending_id)
    return None


def _is_couple(here, each):
    person, postal_code = each.columns["person_digest"], each.columns["postal_code"]
    shares = len(here) == 1 and each.address and each.terms.two_per_address and postal_code
    return shares and here[0].person != person and here[0].postal_code == postal_code


def _rows(key, wanted):
    if not wanted:
        return []
    c = _table.c
    columns = (c.id, c.state, c.seat, c.postal_code, c.petition_id, c.person_digest, c.email_digest)
    return db.session.execute(
        select(*columns).where(tuple_(*key).in_(list(wanted))).order_by(c.id)
    ).all()


def _collect(batch):
    seats = _Seats()
    seats.look_up(batch)
    places = [seats.take(each) for each in batch]
    fresh = [
        {**each.columns, "seat": place.seat}
        for each, place in zip(batch, places, strict=True)
        if place and not place.pending_id
    ]
    # All writers insert in the same order, so that two of them cannot deadlock.
    written = insert_all(
        db.session.connection(),
        _table,
        sorted(fresh, key=_key),
        unless=ANY_UNIQUE,
        returning=_WRITTEN,
    )
    ids = {_key(row._mapping): row.id for row in written}
    fates = []
    for each, place in zip(batch, places, strict=True):
        # Another writer may have been quicker since we looked.
        if place and place.pending_id:
            row_id = _take_over(place.pending_id, each.columns)
        else:
            row_id = ids.get(_key({**each.columns, "seat": place and place.seat}))
        fates.append(Fate(row_id, NEW if row_id else DUPLICATE))
    _owe_letters(batch, fates)
    return fates


def _take_over(row_id: int, columns: dict[str, Any]) -> int | None:
    """Replace a pending signature's data with what a witness saw; return its id.

    It keeps its email address if none was given now. Someone else may have entered either of the
    two, so the more private choice wins. The more private display applies. The comment stays only
    if both are equal, and news only if both asked for it.
    """
    here = (_table.c.id == row_id) & (_table.c.state == "pending")
    own = (_table.c.name_display, _table.c.comment, _table.c.subscribe)
    row = db.session.execute(select(*own).where(here).with_for_update()).first()
    if row is None:
        return None
    kept = {
        name: value
        for name, value in columns.items()
        if name not in ("mail_count", "mailed_at", "reminders")
    }
    if not columns["email_digest"]:
        del kept["email"], kept["email_digest"]
    asked = columns["name_display_asked"] or columns["name_display"]
    display = more_private(columns["name_display"], row.name_display)
    kept |= {
        "name_display": display,
        "name_display_asked": "" if asked == more_private(asked, display) else asked,
        "comment": columns["comment"] if columns["comment"] == row.comment else "",
        "subscribe": columns["subscribe"] and row.subscribe,
    }
    return db.session.scalar(update(_table).where(here).values(**kept).returning(_table.c.id))


def _owe_letters(batch, fates):
    letters = [
        {"kind": CONFIRMATION, "subject_id": fate.id, "lang": each.columns["lang"]}
        for each, fate in zip(batch, fates, strict=True)
        if fate.id and each.columns["mailed_at"]
    ]
    if letters:
        enqueue_many(letters)


def _key(columns: Any) -> tuple[int, bytes, int, bool]:
    """Return a unique key of the row: the petition with address and seat, or with the person."""
    digest = columns["email_digest"] or columns["person_digest"]
    return (
        columns["petition_id"],
        bytes(digest),
        columns["seat"] or 0,
        bool(columns["email_digest"]),
    )
