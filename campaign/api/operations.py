"""Create and revoke partners' API keys."""

from datetime import datetime, timedelta

from sqlalchemy import insert, update

from campaign.accounts.tokens import new_token, token_digest
from campaign.api.models import ApiKey, ApiPost
from campaign.extensions import db, load_for_update, note_ended
from campaign.text.slugs import slug_of

PREFIX = "vol_"
MAX_SOURCE_LENGTH = 40
# Record the use of a key at most this often, so that most signatures need no second commit.
TOUCH_INTERVAL = timedelta(hours=1)


def make_key(*, cause_id: int, name: str, is_trusted: bool, now: datetime) -> tuple[ApiKey, str]:
    """Create a key and return (the ApiKey, its secret, which cannot be shown again)."""
    secret = PREFIX + new_token()
    source = f"api-{slug_of(name) or 'partner'}"[:MAX_SOURCE_LENGTH].rstrip("-")
    key = ApiKey(
        cause_id=cause_id,
        name=name,
        source=source,
        digest=token_digest(secret),
        is_trusted=is_trusted,
        created_at=now,
    )
    db.session.add(key)
    db.session.flush()
    return key, secret


def touch_key(*, key_id: int, now: datetime) -> None:
    """Record that a key was used."""
    db.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(used_at=now))


def note_post(*, key_id: int, is_repeat: bool, now: datetime) -> None:
    """Record that a signature was received with a key.

    This takes equally long for a first signature and a repeat, so that timing reveals nothing.
    """
    db.session.execute(insert(ApiPost).values(key_id=key_id, at=now, is_repeat=is_repeat))


def revoke_key(*, key_id: int, now: datetime) -> ApiKey:
    """Revoke a key permanently. Revoking it again changes nothing."""
    key = load_for_update(ApiKey, key_id)
    key.revoked_at = key.revoked_at or now
    note_ended("key.revoked", key.id, key.created_at)
    db.session.flush()
    return key
