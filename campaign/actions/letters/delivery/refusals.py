"""Opt out of letters: each one has a link with which its target stops them, for the whole site."""

import re
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import select

from campaign.actions.letters.delivery.addresses import emails_with
from campaign.actions.letters.models import Letter, LetterRefusal
from campaign.actions.letters.operations import NOT_LEFT, note_undelivered
from campaign.db.upsert import insert
from campaign.extensions import db, note_ended
from campaign.security.digests import DIGEST_BYTES, keyed_digest
from campaign.security.secret_key import secret_key
from campaign.targets.operations import note_email_status

PURPOSE = "no more letters"
ENDED = "letters.refused"
_TOKEN = re.compile(rf"[0-9a-f]{{{DIGEST_BYTES * 4}}}", re.ASCII)


def token_for(address_digest: bytes) -> str:
    """Return the token that stops letters to an address. It never expires, and shows nothing."""
    return address_digest.hex() + _proof(address_digest).hex()


def digest_in(token: str) -> bytes | None:
    """Return the digest of the address that the token stops letters to, or None if not ours."""
    if not _TOKEN.fullmatch(token):
        return None
    digest, proof = (
        bytes.fromhex(part) for part in (token[: DIGEST_BYTES * 2], token[DIGEST_BYTES * 2 :])
    )
    return digest if compare_digest(proof, _proof(digest)) else None


def is_refused(address_digest: bytes) -> bool:
    """Return whether this address gets no letters."""
    return db.session.get(LetterRefusal, address_digest, populate_existing=True) is not None


def refuse(*, address_digest: bytes, now: datetime) -> int:
    """Send no more letters to this address, and stop those that wait, and return how many.

    It holds for all actions of the site, and for targets that are imported later. Refusing twice
    changes nothing.
    """
    note_ended(ENDED, address_digest.hex(), "")
    db.session.execute(
        insert(LetterRefusal.__table__)
        .values(address_digest=address_digest, created_at=now)
        .on_conflict_do_nothing()
    )
    emails = emails_with(address_digest)
    for address in {email.address for email in emails}:
        note_email_status(address=address, status="asked_not", now=now)
    waiting = select(Letter.id).where(
        Letter.profile_id.in_([email.profile_id for email in emails]),
        Letter.state.in_(NOT_LEFT),
        Letter.delivery_method.in_(("individual", "gathered")),
    )
    return note_undelivered(letter_ids=db.session.scalars(waiting).all(), reason="refused", now=now)


def _proof(address_digest: bytes) -> bytes:
    return keyed_digest(secret_key(), PURPOSE, address_digest.hex())
