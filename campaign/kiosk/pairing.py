"""Pair devices as kiosks, and manage them afterwards."""

import secrets
from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Connection, event, select, update
from sqlalchemy.orm import Mapper

from campaign.accounts.audit import Actor, record_audit_event
from campaign.db.upsert import insert
from campaign.errors import CampaignError
from campaign.events.models import Event
from campaign.events.queries import event_by_id
from campaign.extensions import db, load_for_update, note_ended, rows_changed
from campaign.i18n.locales import locale_of
from campaign.kiosk import codes
from campaign.kiosk.models import Kiosk, PairingCode, StaffPin, TableCode
from campaign.kiosk.records.key_pairs import make_key, present_key

CODE_GOOD_FOR = timedelta(minutes=15)
# After the event, tablets go home, find a network and send the rest.
GOOD_AFTER_EVENT = timedelta(days=2)
EXTENSION = timedelta(days=1)
SALT_BYTES = 16
MAX_NAME_LENGTH = 60
# PINs that a person watching the table would try first.
GUESSED_PINS = frozenset(
    {"123456", "654321", "012345", "112233", "121212", *(str(digit) * 6 for digit in range(10))}
)


class UnknownCode(CampaignError):
    """There is no such pairing code."""

    status = 404
    error_code = "unknown_code"


class ExpiredCode(CampaignError):
    """The code was valid for CODE_GOOD_FOR, and has expired."""

    status = 410
    error_code = "expired_code"


class UsedCode(CampaignError):
    """Another device has used this code."""

    status = 410
    error_code = "used_code"


def new_code(*, event_id: int, name: str = "", now: datetime) -> PairingCode:
    """Create a code that pairs one device with the event within CODE_GOOD_FOR, and return its row.

    `name` is the tablet's future name. Without one, the tablet gets the next number.
    """
    seed = secrets.token_bytes(16)
    code = PairingCode(
        event_id=event_id,
        name=name,
        seed=seed,
        digest=codes.code_digest(codes.code_of(seed)),
        created_at=now,
        expires_at=now + CODE_GOOD_FOR,
    )
    db.session.add(code)
    db.session.flush()
    return code


def pair(*, typed: str, app: str = "", now: datetime) -> tuple[Kiosk, str]:
    """Pair the device that shows the code `typed` and return its Kiosk and secret.

    The secret is not stored, so it is only available now.
    Raises UnknownCode, ExpiredCode and UsedCode.
    """
    code = db.session.scalar(
        select(PairingCode).where(PairingCode.digest == codes.code_digest(codes.read_code(typed)))
    )
    if code is None:
        raise UnknownCode
    if code.used_at is None and now >= code.expires_at:
        raise ExpiredCode
    # If two devices use the code at the same instant, this update succeeds for only one of them.
    claim = (
        update(PairingCode)
        .where(PairingCode.id == code.id, PairingCode.used_at.is_(None))
        .values(used_at=now)
    )
    if rows_changed(claim) == 0:
        raise UsedCode
    at_event = cast(Event, event_by_id(code.event_id))
    kiosk = Kiosk(uuid=str(uuid4()), event_id=at_event.id, app=app, paired_at=now)
    secret = codes.new_secret(kiosk.uuid)
    kiosk.secret_digest = codes.secret_digest(secret)
    kiosk.name = code.name or _next_name(at_event)
    kiosk.expires_at = max(at_event.ends_at, now) + GOOD_AFTER_EVENT
    db.session.add(kiosk)
    db.session.flush()
    db.session.execute(
        update(PairingCode).where(PairingCode.id == code.id).values(kiosk_id=kiosk.id)
    )
    _add_table_code(db.session.connection(), event_id=at_event.id, kiosk_id=kiosk.id)
    if present_key() is None:
        make_key(now=now)
    record_audit_event(
        Actor(channel="kiosk"),
        "kiosks.pair",
        subject=("kiosk", kiosk.id),
        cause_id=at_event.cause_id,
    )
    return kiosk, secret


def _next_name(event: Event) -> str:
    """Return the first unused name ("Tablet 1" …), in the event's original language."""
    names = set(db.session.scalars(select(Kiosk.name).where(Kiosk.event_id == event.id)))
    with force_locale(locale_of(event.original_lang)):
        candidates = (_("Tablet %(number)s", number=number) for number in range(1, len(names) + 2))
        return next(name for name in candidates if name not in names)


def rename(*, kiosk_id: int, name: str) -> Kiosk:
    kiosk = load_for_update(Kiosk, kiosk_id)
    kiosk.name = name
    db.session.flush()
    return kiosk


def extend(*, kiosk_id: int, now: datetime) -> Kiosk:
    """Let the kiosk collect for one more day, from its current end or from now, and return it."""
    kiosk = load_for_update(Kiosk, kiosk_id)
    kiosk.expires_at = max(kiosk.expires_at, now) + EXTENSION
    db.session.flush()
    return kiosk


def revoke(*, kiosk_id: int, now: datetime) -> Kiosk:
    """Hold for review all that the kiosk sends from now on. Doing it twice is harmless."""
    kiosk = load_for_update(Kiosk, kiosk_id)
    kiosk.revoked_at = kiosk.revoked_at or now
    note_ended("kiosk.revoked", kiosk.id, kiosk.paired_at)
    db.session.flush()
    return kiosk


def set_pin(*, event_id: int, pin: str, now: datetime) -> None:
    """Change the six-digit PIN of an event's tablets. They get it when they are next online."""
    salt = secrets.token_bytes(SALT_BYTES)
    values = {
        "salt": salt,
        "iterations": codes.PIN_ITERATIONS,
        "digest": codes.pin_digest(pin, salt),
        "set_at": now,
    }
    row = insert(StaffPin.__table__).values(event_id=event_id, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["event_id"], set_=values))


@event.listens_for(Event, "after_insert")
def _add_code_of_event(_mapper: Mapper[Event], connection: Connection, new: Event) -> None:
    """Give a new event its short URL. People can sign at its table without any tablet, too."""
    _add_table_code(connection, event_id=new.id)


def _add_table_code(connection: Connection, *, event_id: int, kiosk_id: int | None = None) -> None:
    code = codes.new_table_code()
    while connection.scalar(select(TableCode.code).where(TableCode.code == code)):
        code = codes.new_table_code()
    connection.execute(
        insert(TableCode.__table__).values(code=code, event_id=event_id, kiosk_id=kiosk_id)
    )
