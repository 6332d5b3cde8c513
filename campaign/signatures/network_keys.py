"""Which key a day's network fingerprints are made with, and when it is forgotten."""

import secrets
from datetime import date

from flask import current_app
from sqlalchemy import delete, select

from campaign.db.insertion import insert
from campaign.extensions import db, write
from campaign.signatures.network_key_models import NetworkKey

KEY_BYTES = 32
_LOADED = "network_keys"


def init_app(app):
    forget_loaded(app)


def forget_loaded(app) -> None:
    """Load the keys from the database again when they are next needed."""
    app.extensions[_LOADED] = {}


def key_of(day: date) -> bytes:
    """Return the key of a day; it is made by whichever process needs it first."""
    loaded = current_app.extensions[_LOADED]
    if day not in loaded:
        loaded[day] = _stored(day) or write(_make, day)
        # Only today is signed; around midnight yesterday may still be asked for.
        for old in sorted(loaded)[:-2]:
            loaded.pop(old, None)
    return loaded[day]


def kept_keys() -> list[bytes]:
    """Return the keys of all days whose fingerprints may still be compared."""
    return list(db.session.scalars(select(NetworkKey.key).order_by(NetworkKey.day.desc())))


def forget_keys_before(day: date) -> None:
    """Delete the keys of earlier days: their fingerprints can no longer be tied to any address."""
    db.session.execute(delete(NetworkKey).where(NetworkKey.day < day))


def _make(day):
    statement = (
        insert(NetworkKey.__table__)
        .values(day=day, key=secrets.token_bytes(KEY_BYTES))
        .on_conflict_do_nothing()
    )
    db.session.execute(statement)
    return _stored(day)


def _stored(day):
    return db.session.scalar(select(NetworkKey.key).where(NetworkKey.day == day))
