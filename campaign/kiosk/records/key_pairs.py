"""The key pairs that tablets seal to: the current key, rotation, and deletion of old keys."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, false, func, select, update

from campaign.extensions import db
from campaign.kiosk.models import IN_REVIEW, Kiosk, KioskKey, KioskRecord
from campaign.kiosk.records.sealing import Unreadable, new_pair, private_key

MIN_RETENTION = timedelta(days=30)


def present_key() -> KioskKey | None:
    """Return the KioskKey that tablets seal to now, or None if there is none yet."""
    return db.session.scalar(
        select(KioskKey).where(KioskKey.retired_at.is_(None)).order_by(KioskKey.id.desc()).limit(1)
    )


def make_key(*, now: datetime) -> KioskKey:
    """Create a key pair, which becomes the current one, and return it."""
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
    """Delete the retired keys that no tablet and no record in review needs, and return how many.

    A tablet may have fetched any key that was current while it could collect. It no longer needs a
    key once it seals to a later one, and has since had nothing left to send.
    """
    retired = db.session.scalars(
        select(KioskKey).where(KioskKey.retired_at <= now - MIN_RETENTION)
    ).all()
    dropped = [key for key in retired if not _is_needed(key)]
    if dropped:
        db.session.execute(delete(KioskKey).where(KioskKey.id.in_([key.id for key in dropped])))
    return len(dropped)


def _is_needed(key: KioskKey) -> bool:
    could_fetch = (Kiosk.paired_at <= key.retired_at) & (Kiosk.expires_at >= key.created_at)
    has_sent_all = (Kiosk.key_id > key.id) & (Kiosk.emptied_at > Kiosk.key_since)
    # Comparing with null gives null: a tablet that never said what it seals to may hold records.
    may_hold = (Kiosk.key_id == key.id) | (could_fetch & ~func.coalesce(has_sent_all, false()))
    # A kiosk that came with an archive has no secret, so it never sends anything here.
    held = select(Kiosk.id).where(Kiosk.secret_digest != b"", may_hold).limit(1)
    in_review = (
        select(KioskRecord.id)
        .where(IN_REVIEW, KioskRecord.key == key.uuid, KioskRecord.sealed.is_not(None))
        .limit(1)
    )
    return db.session.scalar(held) is not None or db.session.scalar(in_review) is not None


def note_key(*, kiosk: Kiosk, uuid: str, now: datetime) -> None:
    """Store that the kiosk seals to this key, unless it already sealed to a later one."""
    key_id = db.session.scalar(select(KioskKey.id).where(KioskKey.uuid == uuid))
    if key_id is not None and key_id > (kiosk.key_id or 0):
        kiosk.key_id, kiosk.key_since = key_id, now


def private_keys(uuids: Iterable[str]) -> dict[str, X25519PrivateKey]:
    """Return {UUID: private key} for the keys that we have and can decrypt."""
    keys = {}
    for key in db.session.scalars(select(KioskKey).where(KioskKey.uuid.in_(list(uuids)))):
        try:
            keys[key.uuid] = private_key(key.uuid, key.sealed_private)
        except Unreadable:
            continue
    return keys
