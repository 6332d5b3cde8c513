"""Signatures that reach us by another way than the form: from a table with a tabler, or from paper.

A duplicate is not written; whoever brings it in tells its owner, or an organizer, what became of it.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select, tuple_, update

from campaign.db.bulk import ANY_UNIQUE, insert_all
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
    """One signature that was taken down: the petition's terms, and the columns of the row that it would make."""

    terms: SigningTerms
    columns: dict

    @property
    def address(self):
        digest = self.columns["email_digest"]
        return digest and (self.columns["petition_id"], digest)

    @property
    def person(self):
        return self.columns["petition_id"], self.columns["person_digest"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a Collected: `outcome` is NEW or DUPLICATE, `id` that of the new row or None."""

    id: int | None
    outcome: str


def collected(*, terms, lang, now, signed_at, evidence, held_reason="", confirmed=True, **columns):
    """Return the Collected of what somebody wrote at `signed_at` and that reached us at `now`.

    `columns` are those of a Signature, the same ones for all of a batch; `email_digest` is None without an address, and then
    name and postal code say who is the same person (`person_digest`). One that is not `confirmed` by a witness needs an
    address, and is confirmed by the letter that goes there.
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
        # A letter's days, and those until an unconfirmed signature is erased, are counted from when it could be sent.
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


def collect_all(batch):
    """Write those of the Collected in `batch` that are nobody's second signature, and enqueue the letters that they cause.

    Someone who signed online and has not confirmed yet is confirmed by the witness. That signature takes what was given now,
    except where that would be more public than what was entered online. Returns the Fates in order. The runner gives them
    their numbers, as it does for all.
    """
    fates = []
    for start in range(0, len(batch), BATCH):
        fates += _collect(batch[start : start + BATCH])
    return fates


def duplicates_among(batch):
    """Return for each Collected whether it is somebody's second signature: one that we have, or an earlier one of the batch."""
    seats = _Seats()
    for start in range(0, len(batch), BATCH):
        seats.look_up(batch[start : start + BATCH])
    return [seats.take(each) is None for each in batch]


class _Place(NamedTuple):
    """A seat, 1 or 2, and the id of the row to take over where its person signed online and has not confirmed yet."""

    seat: int
    pending_id: int | None = None


class _Seats:
    """Who has signed already, and which seat is left for somebody else: the second one where a couple shares an address."""

    def __init__(self):
        self._people = {}
        self._at_address = {}

    def look_up(self, batch):
        """Learn what the database knows of everybody in `batch`, whatever became of their signatures."""
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

    def take(self, each):
        """Return the _Place that is left for this one, and take it; None where there is none."""
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
    """A signature that we have; `pending_id` while a witness's word can still confirm it."""

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
    """Return the place of this very person's unconfirmed signature: what they now said before a witness confirms it."""
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
    # In one order everywhere, so that two writers never wait for each other's rows in a circle.
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
        # Somebody may have been quicker since we looked.
        if place and place.pending_id:
            row_id = _take_over(place.pending_id, each.columns)
        else:
            row_id = ids.get(_key({**each.columns, "seat": place and place.seat}))
        fates.append(Fate(row_id, NEW if row_id else DUPLICATE))
    _owe_letters(batch, fates)
    return fates


def _take_over(row_id, columns):
    """Put what a witness saw in place of what waits for its email; the address stays where none was given now.

    Both may have been entered by someone else, so the more private of the two is kept: of the displays, and of comment and
    news what both say.
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


def _key(columns):
    """Return what no other row has: the petition with address and seat or, without an address, with the person."""
    digest = columns["email_digest"] or columns["person_digest"]
    return (
        columns["petition_id"],
        bytes(digest),
        columns["seat"] or 0,
        bool(columns["email_digest"]),
    )
