"""The daily keys for digests of IP addresses: created when needed, deleted later."""

import secrets
from datetime import date

from flask import Flask, current_app
from sqlalchemy import delete, select

from campaign.db.upsert import insert
from campaign.extensions import db, write
from campaign.signatures.network_key_models import NetworkKey

KEY_BYTES = 32
_LOADED = "network_keys"


def init_app(app: Flask) -> None:
    forget_loaded(app)


def forget_loaded(app: Flask) -> None:
    """Make this process load the keys from the database again when it next needs them."""
    app.extensions[_LOADED] = {}


def key_of(day: date) -> bytes:
    """Return the key of a day. The first process that needs it creates it."""
    loaded = current_app.extensions[_LOADED]
    if day not in loaded:
        loaded[day] = _stored(day) or write(_make, day)
        # Only today's key is needed for signing. Around midnight yesterday's may still be used.
        for old in sorted(loaded)[:-2]:
            loaded.pop(old, None)
    return loaded[day]


def kept_keys() -> list[bytes]:
    """Return the keys of all days whose digests can still be compared."""
    return list(db.session.scalars(select(NetworkKey.key).order_by(NetworkKey.day.desc())))


def forget_keys_before(day: date) -> None:
    """Delete the keys of earlier days.

    Then their digests can no longer be linked to any IP address.
    """
    db.session.execute(delete(NetworkKey).where(NetworkKey.day < day))


def _make(day: date) -> bytes | None:
    statement = (
        insert(NetworkKey.__table__)
        .values(day=day, key=secrets.token_bytes(KEY_BYTES))
        .on_conflict_do_nothing()
    )
    db.session.execute(statement)
    return _stored(day)


def _stored(day: date) -> bytes | None:
    return db.session.scalar(select(NetworkKey.key).where(NetworkKey.day == day))
