"""The key pairs that tablets seal to: the present one, its successors, and how long a former one is kept."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, or_, select, update

from campaign.extensions import db
from campaign.kiosk.models import IN_REVIEW, Kiosk, KioskKey, KioskRecord
from campaign.kiosk.sealing import Unreadable, new_pair, private_key

KEPT_AT_LEAST = timedelta(days=30)


def present_key():
    """Return the KioskKey that tablets are told to seal to, or None where there is none yet."""
    return db.session.scalar(
        select(KioskKey).where(KioskKey.retired_at.is_(None)).order_by(KioskKey.id.desc()).limit(1)
    )


def make_key(*, now):
    """Make a new key pair, which is the present one from now on; return it."""
    uuid = str(uuid4())
    public, sealed_private = new_pair(uuid)
    key = KioskKey(uuid=uuid, public=public, sealed_private=sealed_private, created_at=now)
    db.session.add(key)
    db.session.flush()
    return key


def rotate(*, now):
    """Make a new key pair, retire the others, and drop those that nothing is sealed to any more; return (new one, dropped)."""
    db.session.execute(update(KioskKey).where(KioskKey.retired_at.is_(None)).values(retired_at=now))
    key = make_key(now=now)
    return key, drop_keys(now=now)


def drop_keys(*, now):
    """Delete the retired keys that no tablet and no record in review needs; return how many.

    A tablet needs a key from when it was told it until, told another one, it had nothing left to send.
    """
    retired = db.session.scalars(
        select(KioskKey).where(KioskKey.retired_at <= now - KEPT_AT_LEAST)
    ).all()
    dropped = [key for key in retired if not _is_needed(key)]
    if dropped:
        db.session.execute(delete(KioskKey).where(KioskKey.id.in_([key.id for key in dropped])))
    return len(dropped)


def _is_needed(key):
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


def note_key(*, kiosk_id, key_id, now):
    """Remember that the kiosk was told to seal to this key."""
    db.session.execute(
        update(Kiosk)
        .where(Kiosk.id == kiosk_id, or_(Kiosk.key_id.is_(None), Kiosk.key_id != key_id))
        .values(key_id=key_id, key_since=now)
    )


def private_keys(uuids):
    """Return {uuid: private key} of those that we have and can open."""
    found = {}
    for key in db.session.scalars(select(KioskKey).where(KioskKey.uuid.in_(list(uuids)))):
        try:
            found[key.uuid] = private_key(key.uuid, key.sealed_private)
        except Unreadable:
            continue
    return found
