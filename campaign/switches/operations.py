"""Switch functions of the site off and on."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete

from campaign.extensions import db, note_ended
from campaign.switches.models import SITE_SWITCHES, SWITCHES, Switch
from campaign.switches.queries import switch_of
from campaign.switches.state import forget_switches


def switch_off(
    *,
    name: str,
    now: datetime,
    organisation_id: int | None = None,
    until: datetime | None = None,
    reason: str | None = None,
    messages: Mapping[str, str] | None = None,
    organizer_id: int | None = None,
) -> Switch:
    """Switch `name` off, or change until when and why it is. Return its row, flushed.

    The arguments are as in `Switch`. If it is off already, a reason or messages of None leave those
    unchanged. Raise ValueError for a name that is no switch, or one that an organisation alone
    cannot have.
    """
    if name not in SWITCHES or (organisation_id is not None and name in SITE_SWITCHES):
        raise ValueError(f"no such switch: {name!r}")
    row = switch_of(name, organisation_id)
    if row is None:
        row = Switch(name=name, organisation_id=organisation_id, off_since=now)
        db.session.add(row)
    elif row.off_until is not None and row.off_until <= now:
        row.off_since, row.reason, row.messages = now, "", {}
    row.off_until, row.organizer_id = until, organizer_id
    if reason is not None:
        row.reason = reason
    if messages is not None:
        row.messages = {lang: text for lang, text in messages.items() if text}
    db.session.flush()
    # A feature that comes on automatically need not be switched off again after a restore.
    _note(name, organisation_id, "switch.on" if until else "switch.off")
    forget_switches()
    return row


def switch_on(*, name: str, organisation_id: int | None = None) -> bool:
    """Switch `name` on and return whether it was off."""
    row = switch_of(name, organisation_id)
    if row is None:
        return False
    db.session.execute(delete(Switch).where(Switch.id == row.id))
    db.session.flush()
    _note(name, organisation_id, "switch.on")
    forget_switches()
    return True


def _note(name: str, organisation_id: int | None, what: str) -> None:
    note_ended(what, name if organisation_id is None else f"{name}:{organisation_id}", "")
