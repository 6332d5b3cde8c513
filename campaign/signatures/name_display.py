"""How a name entered by someone else is shown: more privately than asked, until it is confirmed.

The supporter or an organizer can confirm it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, TextClause, func, select, update

from campaign.extensions import db, note_ended
from campaign.process.clock import utcnow
from campaign.signatures.models import (
    NAME_DISPLAY_REQUESTED,
    NAME_DISPLAYS,
    VALID_STATES,
    Signature,
)
from campaign.signatures.name_consents import note_name_change, note_shown_names
from campaign.signatures.queries import chosen_among, signatures_of_address

# NAME_DISPLAYS is ordered from the most public to the most private.
_PRIVACY = {display: rank for rank, display in enumerate(NAME_DISPLAYS)}
UNCONFIRMED = "full"
# What the list of ended things calls it when something of a name is hidden, or shown again.
_HIDDEN = {"full": "signature.full_hidden", "initials": "signature.initials_hidden"}
_SHOWN = {"full": "signature.full_shown", "initials": "signature.initials_shown"}

_table: Table = Signature.__table__


def displays_at_table(requested: str) -> tuple[str, str]:
    """Return how a name that a witness saw is shown, and what waits to be confirmed, or "".

    A full name is only counted until its supporter or an organizer confirms it.
    """
    return ("counted", requested) if requested == UNCONFIRMED else (requested, "")


def more_private(one: str, other: str) -> str:
    """Return the more private of two displays."""
    return max(one, other, key=cast(Callable[[str], int], _PRIVACY.get))


def note_display_change(signature: Signature, display: str) -> None:
    """Note beside the database that a name will be shown as `display`, if that is a change.

    A restored backup must not show what its person has hidden since. What waits to be confirmed
    counts as shown, because an organizer could confirm it after a restore.
    """
    requested = signature.name_display_requested or signature.name_display
    before = min((signature.name_display, requested), key=_PRIVACY.__getitem__)
    hidden = NAME_DISPLAYS[_PRIVACY[before] : _PRIVACY[display]]
    for item in hidden:
        note_ended(_HIDDEN[item], signature.id, signature.created_at)
    if _PRIVACY[display] < _PRIVACY[before]:
        note_ended(_SHOWN[display], signature.id, signature.created_at)


def hide_restored(signature: Signature, what: str, *, now: datetime) -> bool:
    """Hide what a backup brought back of a name, and `what` says was hidden.

    Return whether it was shown, or waited to be confirmed.
    """
    display = next(item for item in _HIDDEN if _HIDDEN[item] == what)
    is_shown = signature.name_display == display
    if not is_shown and signature.name_display_requested != display:
        return False
    if is_shown:
        signature.name_display = NAME_DISPLAYS[_PRIVACY[display] + 1]
    signature.name_display_requested = ""
    db.session.flush()
    if is_shown:
        note_name_change([signature.id], now=now)
    return True


def unconfirmed_names(email_digest: bytes, email: str) -> list[Signature]:
    """Return the signatures of exactly this address whose name display can be confirmed.

    The oldest come first.
    """
    return [
        row
        for row in signatures_of_address(email_digest, email)
        if row.name_display_requested and row.state not in ("withdrawn", "erased")
    ]


def confirm_by_supporter(*, email_digest: bytes, email: str) -> Sequence[int]:
    """Show the names signed with exactly this address as asked at the table. Return the ids.

    Doing it twice changes nothing.
    """
    ids = _show(_table.c.id.in_([row.id for row in unconfirmed_names(email_digest, email)]))
    note_name_change(ids, now=utcnow())
    return ids


def confirm_by_organizer(*, ids: Iterable[int], cause_ids: Iterable[int] | None) -> Sequence[int]:
    """Show these names as asked at the table. Return the ids of those in the organizer's causes."""
    shown = _show(chosen_among(ids, cause_ids))
    # The supporters asked for it when they signed at the table.
    note_shown_names(shown)
    return shown


def keep_private(*, ids: Iterable[int], cause_ids: Iterable[int] | None) -> Sequence[int]:
    """Keep these names as private as they are and return the ids.

    Supporters can still change that through their link.
    """
    return db.session.scalars(
        update(_table)
        .where(NAME_DISPLAY_REQUESTED, chosen_among(ids, cause_ids))
        .values(name_display_requested="")
        .returning(_table.c.id)
    ).all()


def waiting_names_at(event_id: int, *, after_id: int = 0, limit: int = 20) -> Sequence[Signature]:
    """Return the signatures of an event whose name display waits to be confirmed, oldest first."""
    return db.session.scalars(
        select(Signature)
        .where(*_waiting_at(event_id), Signature.id > after_id)
        .order_by(Signature.id)
        .limit(limit)
    ).all()


def count_waiting_names(event_ids: Iterable[int]) -> dict[int, int]:
    """Return {event id: how many name displays wait}, without events that have none."""
    waits = (
        NAME_DISPLAY_REQUESTED,
        Signature.event_id.in_(event_ids),
        Signature.state.in_(VALID_STATES),
    )
    rows = db.session.execute(
        select(Signature.event_id, func.count()).where(*waits).group_by(Signature.event_id)
    )
    return {cast(int, event_id): count for event_id, count in rows}


def waiting_name_ids(event_id: int, *, limit: int) -> Sequence[int]:
    """Return the ids of up to `limit` signatures whose name display waits, oldest first."""
    return db.session.scalars(
        select(Signature.id).where(*_waiting_at(event_id)).order_by(Signature.id).limit(limit)
    ).all()


def _waiting_at(
    event_id: int,
) -> tuple[TextClause, ColumnElement[bool], ColumnElement[bool]]:
    return NAME_DISPLAY_REQUESTED, Signature.event_id == event_id, Signature.state.in_(VALID_STATES)


def _show(chosen: ColumnElement[bool]) -> Sequence[int]:
    conditions = (NAME_DISPLAY_REQUESTED, chosen, _table.c.state.not_in(("withdrawn", "erased")))
    values = {"name_display": _table.c.name_display_requested, "name_display_requested": ""}
    columns = (_table.c.id, _table.c.created_at, _table.c.name_display)
    rows = db.session.execute(
        update(_table).where(*conditions).values(**values).returning(*columns)
    ).all()
    for row in rows:
        note_ended(_SHOWN[row.name_display], row.id, row.created_at)
    return [row.id for row in rows]
