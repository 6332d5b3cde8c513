"""Making and ending partners' keys."""

from datetime import timedelta

from sqlalchemy import insert, update

from campaign.accounts.tokens import new_token, token_digest
from campaign.api.models import ApiKey, ApiPost
from campaign.extensions import db, note_ended
from campaign.text.slugs import slug_of

PREFIX = "vol_"
SOURCE_LETTERS = 40
# More often it is not noted that a key is in use, so that a signature costs no second commit.
SEEN_EVERY = timedelta(hours=1)


def make_key(*, cause_id, name, is_trusted, now):
    """Make a key; return (the ApiKey, the key itself, which is told this once)."""
    secret = PREFIX + new_token()
    source = f"api-{slug_of(name) or 'partner'}"[:SOURCE_LETTERS].rstrip("-")
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


def see_key(*, key_id, now):
    """Note that a key is in use."""
    db.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(used_at=now))


def note_post(*, key_id, is_repeat, now):
    """Note that a signature came by a key. A first one and a repeat cost the same, so that the time of an answer tells nothing."""
    db.session.execute(insert(ApiPost).values(key_id=key_id, at=now, is_repeat=is_repeat))


def revoke_key(*, key_id, now):
    """End a key for good; doing it twice changes nothing."""
    key = db.session.get(ApiKey, key_id)
    key.revoked_at = key.revoked_at or now
    note_ended("key.revoked", key.id, key.created_at)
    db.session.flush()
    return key
