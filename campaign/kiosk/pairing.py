"""A device becomes a kiosk, and what organizers do with it afterwards."""

import secrets
from datetime import timedelta
from uuid import uuid4

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update

from campaign.accounts.audit import Actor, record
from campaign.db.insertion import insert
from campaign.errors import CampaignError
from campaign.events.queries import event_by_id
from campaign.extensions import db, note_ended
from campaign.i18n.locales import LOCALES
from campaign.kiosk import codes
from campaign.kiosk.key_pairs import make_key, present_key
from campaign.kiosk.models import Kiosk, PairingCode, StaffPin, TableCode

CODE_GOOD_FOR = timedelta(minutes=15)
# After the event's end tablets go home, find a network, and send the rest.
GOOD_AFTER_EVENT = timedelta(days=2)
EXTENSION = timedelta(days=1)
SALT_BYTES = 16
MAX_NAME_LENGTH = 60
# Nobody who watches a table should get in with one of the first tries.
GUESSED_PINS = frozenset(
    {"123456", "654321", "012345", "112233", "121212", *(str(digit) * 6 for digit in range(10))}
)


class UnknownCode(CampaignError):
    """No device can be paired by this code."""

    status = 404
    said = "unknown_code"


class ExpiredCode(CampaignError):
    """The code was good for a quarter of an hour, and that is over."""

    status = 410
    said = "expired_code"


class UsedCode(CampaignError):
    """Another device was paired by this code."""

    status = 410
    said = "used_code"


def new_code(*, event_id, name="", now):
    """Give out a code that pairs one device to the event within CODE_GOOD_FOR; return its row.

    `name` is what the tablet will be called; without one it gets the next number.
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


def pair(*, typed, app="", now):
    """Make a kiosk of the device that shows the code `typed`; return it and the secret, which is told once.

    Raises UnknownCode, ExpiredCode and UsedCode.
    """
    code = db.session.scalar(
        select(PairingCode).where(PairingCode.digest == codes.code_digest(codes.read_code(typed)))
    )
    if code is None:
        raise UnknownCode
    if code.used_at is None and now >= code.expires_at:
        raise ExpiredCode
    # Of two devices that show it at the same instant one is later.
    mine = (
        update(PairingCode)
        .where(PairingCode.id == code.id, PairingCode.used_at.is_(None))
        .values(used_at=now)
    )
    if db.session.execute(mine.execution_options(synchronize_session=False)).rowcount == 0:
        raise UsedCode
    event = event_by_id(code.event_id)
    kiosk = Kiosk(uuid=str(uuid4()), event_id=event.id, app=app, paired_at=now)
    secret = codes.new_secret(kiosk.uuid)
    kiosk.secret_digest = codes.secret_digest(secret)
    kiosk.name = code.name or _next_name(event)
    kiosk.expires_at = max(event.ends_at, now) + GOOD_AFTER_EVENT
    db.session.add(kiosk)
    db.session.flush()
    db.session.execute(
        update(PairingCode).where(PairingCode.id == code.id).values(kiosk_id=kiosk.id)
    )
    table_code(event_id=event.id, kiosk_id=kiosk.id)
    if present_key() is None:
        make_key(now=now)
    record(Actor(door="kiosk"), "kiosks.pair", subject=("kiosk", kiosk.id), cause_id=event.cause_id)
    return kiosk, secret


def _next_name(event):
    """Return the first "Tablet 1", "Tablet 2" … that none at the event has, in the language the event was announced in."""
    names = set(db.session.scalars(select(Kiosk.name).where(Kiosk.event_id == event.id)))
    with force_locale(LOCALES[event.original_lang]):
        counted = (_("Tablet %(number)s", number=number) for number in range(1, len(names) + 2))
        return next(name for name in counted if name not in names)


def rename(*, kiosk_id, name):
    kiosk = locked(kiosk_id)
    kiosk.name = name
    db.session.flush()
    return kiosk


def extend(*, kiosk_id, now):
    """Let the kiosk collect for one more day, from its present end or from now."""
    kiosk = locked(kiosk_id)
    kiosk.expires_at = max(kiosk.expires_at, now) + EXTENSION
    db.session.flush()
    return kiosk


def revoke(*, kiosk_id, now):
    """Trust the kiosk no longer: whatever it still sends is kept for review. Twice changes nothing."""
    kiosk = locked(kiosk_id)
    kiosk.revoked_at = kiosk.revoked_at or now
    note_ended("kiosk.revoked", kiosk.id, kiosk.paired_at)
    db.session.flush()
    return kiosk


def set_pin(*, event_id, pin, now):
    """Give the tablets of an event another PIN of six digits; they learn of it when they next have a network."""
    salt = secrets.token_bytes(SALT_BYTES)
    values = {
        "salt": salt,
        "iterations": codes.PIN_ITERATIONS,
        "digest": codes.pin_digest(pin, salt),
        "set_at": now,
    }
    row = insert(StaffPin.__table__).values(event_id=event_id, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["event_id"], set_=values))


def table_code(*, event_id, kiosk_id=None):
    """Return the TableCode of a kiosk, or that of the event for all its tables; it is made when first asked for."""
    mine = TableCode.kiosk_id == kiosk_id if kiosk_id else TableCode.kiosk_id.is_(None)
    # Two who ask at the same instant may make two, and both lead there; the same one is shown from then on.
    found = db.session.scalar(
        select(TableCode)
        .where(TableCode.event_id == event_id, mine)
        .order_by(TableCode.code)
        .limit(1)
    )
    if found is None:
        code = codes.new_table_code()
        while db.session.get(TableCode, code):
            code = codes.new_table_code()
        found = TableCode(code=code, event_id=event_id, kiosk_id=kiosk_id)
        db.session.add(found)
        db.session.flush()
    return found


def locked(kiosk_id):
    """Return the kiosk, so that nobody else changes it, nor takes in what it sends, before this transaction ends."""
    return db.session.scalars(
        select(Kiosk)
        .where(Kiosk.id == kiosk_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
