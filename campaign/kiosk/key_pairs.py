"""The key pairs that tablets seal to: the current key, rotation, and deletion of old keys."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, or_, select, update

from campaign.extensions import db
from campaign.kiosk.models import IN_REVIEW, Kiosk, KioskKey, KioskRecord
from campaign.kiosk.sealing import Unreadable, new_pair, private_key

MIN_RETENTION = timedelta(days=30)


def present_key() -> KioskKey | None:
    """Return the KioskKey that tablets seal to now, or None if there is none yet."""
    return db.session.scalar(
        select(KioskKey).where(KioskKey.retired_at.is_(None)).order_by(KioskKey.id.desc()).limit(1)
    )


def make_key(*, now: datetime) -> KioskKey:
    """Create a key pair, which becomes the current one; return it."""
    uuid = str(uuid4())
    public, sealed_private = new_pair(uuid)
    key = KioskKey(uuid=uuid, public=public, sealed_private=sealed_private, created_at=now)
    db.session.add(key)
    db.session.flush()
    return key


def rotate(*, now: datetime) -> tuple[KioskKey, int]:
    """Create a key pair, retire the others, and delete those no longer needed.

    Return (new key, number of deleted keys).
    """
    db.session.execute(update(KioskKey).where(KioskKey.retired_at.is_(None)).values(retired_at=now))
    key = make_key(now=now)
    return key, drop_keys(now=now)


def drop_keys(*, now: datetime) -> int:
    """Delete the retired keys that no tablet and no record in review needs; return how many.

    A tablet needs a key from when it learns of it. It stops needing the key once it knows another
    one and has had nothing left to send since.
    """
    retired = db.session.scalars(
        select(KioskKey).where(KioskKey.retired_at <= now - MIN_RETENTION)
    ).all()
    dropped = [key for key in retired if not _is_needed(key)]
    if dropped:
        db.session.execute(delete(KioskKey).where(KioskKey.id.in_([key.id for key in dropped])))
    return len(dropped)


def _is_needed(key: KioskKey) -> bool:
    has_sent_all = Kiosk.emptied_at.is_not(None) & (Kiosk.emptied_at > Kiosk.key_since)
    may_hold = (Kiosk.key_id == key.id) | (
        (Kiosk.paired_at <= key.retired_at) & Kiosk.key_id.is_not(None) & ~has_sent_all
    )
    held = select(Kiosk.id).where(may_hold).limit(1)
    in_review = (
        select(KioskRecord.id)
        .where(IN_REVIEW, KioskRecord.key == key.uuid, KioskRecord.sealed.is_not(None))
        .limit(1)
    )
    return db.session.scalar(held) is not None or db.session.scalar(in_review) is not None


def note_key(*, kiosk_id: int, key_id: int, now: datetime) -> None:
    """Store that the kiosk was told to seal to this key."""
    db.session.execute(
        update(Kiosk)
        .where(Kiosk.id == kiosk_id, or_(Kiosk.key_id.is_(None), Kiosk.key_id != key_id))
        .values(key_id=key_id, key_since=now)
    )


def private_keys(uuids: Iterable[str]) -> dict[str, X25519PrivateKey]:
    """Return {UUID: private key} for the keys that we have and can decrypt."""
    keys = {}
    for key in db.session.scalars(select(KioskKey).where(KioskKey.uuid.in_(list(uuids)))):
        try:
            keys[key.uuid] = private_key(key.uuid, key.sealed_private)
        except Unreadable:
            continue
    return keys
