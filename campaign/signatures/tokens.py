"""Keyed digests to compare signatures by, and the tokens of the links that open them.

Digests of IP addresses have a random key for each day, which is deleted later.
"""

import secrets
from datetime import date, datetime
from typing import NamedTuple, cast

from flask import Flask, current_app
from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.upsert import insert
from campaign.extensions import Base, db, write
from campaign.mailboxes.queries import former_digests
from campaign.process.clock import utcnow
from campaign.security import digests
from campaign.security.dated_tokens import (
    has_ended,
    last_day_after,
    make_dated_token,
    read_dated_token,
)
from campaign.security.digests import address_digest, is_local, keyed_digest
from campaign.security.secret_key import secret_key
from campaign.security.short_codes import make_short_code, read_short_code
from campaign.security.tokens import make_token, read_token
from campaign.signatures.models import Signature
from campaign.site.settings import site_settings
from campaign.text.names import name_key

CONFIRM = "confirm"
CONFIRM_FORM = "confirm-form"
MINE = "mine"
RECEIPT = "receipt"
STOP_ANSWERS = "stop-answers"
CONFIRM_CODE = "confirm-code"


class ClaimedForm(NamedTuple):
    """A row that a code claims: that of a later form, or that of a signature, the first form."""

    row_id: int
    is_later: bool


def token_for(purpose: str, signature: Signature) -> str:
    """Return the token that opens the signature for `purpose`.

    That is CONFIRM, MINE, RECEIPT or STOP_ANSWERS. A RECEIPT only shows the number. STOP_ANSWERS
    only ends emails about answers, so it does not expire. A token for MINE expires after
    OWN_LINK_DAYS.
    """
    if purpose == MINE:
        return own_token(signature, last_day_after(site_settings().own_link_days))
    return make_token(secret_key(), purpose, signature.id, _seal_of(signature))


def opens(purpose: str, token: str, signature: Signature) -> bool:
    """Return whether `token` was made for this purpose and signature, and has not expired."""
    if purpose == MINE:
        return not has_ended(token) and opened_once(token, signature)
    if read_token(secret_key(), purpose, token, _seal_of(signature)) is not None:
        return True
    return purpose in (RECEIPT, STOP_ANSWERS) and _is_of_former_address(purpose, token, signature)


def _is_of_former_address(purpose: str, token: str, signature: Signature) -> bool:
    """Return whether this token was made before its supporter changed the address."""
    digests = former_digests(signature.email_digest) if signature.email_digest else ()
    return any(
        read_token(secret_key(), purpose, token, seal(signature.petition_id, digest)) is not None
        for digest in digests
    )


def own_token(signature: Signature, last_day: date) -> str:
    """Return the token that opens all signatures of this signature's address, until `last_day`."""
    return make_dated_token(secret_key(), MINE, signature.id, last_day, _seal_of(signature))


def opened_once(token: str, signature: Signature) -> bool:
    """Return whether `token` was made for this signature's supporter, even if it has expired.

    Tokens of older versions contain no day.
    """
    proofs = (
        read(secret_key(), MINE, token, _seal_of(signature))
        for read in (read_dated_token, read_token)
    )
    return any(proof is not None for proof in proofs)


def form_token(form_id: int, signature: Signature) -> str:
    """Return the token that confirms a later form of this signature."""
    return make_token(secret_key(), CONFIRM_FORM, form_id, _seal_of(signature))


def opens_form(token: str, form_id: int, signature: Signature) -> bool:
    """Return whether `token` was made for this form of this signature."""
    return read_token(secret_key(), CONFIRM_FORM, token, _seal_of(signature)) == form_id


def confirm_token(signature: Signature, form_id: int | None) -> str:
    """Return the token that confirms one form of this signature (None: the first one)."""
    return token_for(CONFIRM, signature) if form_id is None else form_token(form_id, signature)


def confirm_code(signature: Signature, form_id: int | None) -> str:
    """Return the code that its supporter can type instead of following the link to this form.

    It opens nothing without the email address.
    """
    is_later = form_id is not None
    number = (signature.id if form_id is None else form_id) << 1 | is_later
    digest = signature.email_digest or b""
    return make_short_code(secret_key(), CONFIRM_CODE, number, digest)


def claimed_form(code: str, email_digest: bytes) -> ClaimedForm | None:
    """Return the form that `code` claims for an address, to find its row, or None if it is no code.

    This proves nothing yet: every code claims a form. Check that its signature has the address.
    """
    number = read_short_code(secret_key(), CONFIRM_CODE, code, email_digest)
    return None if number is None else ClaimedForm(number >> 1, bool(number & 1))


def seal(petition_id: int, digest: bytes | None) -> bytes:
    """Return what a token is bound to besides the signature's id: the petition and the person.

    After a backup is restored, a new signature may get the id of a lost one. The seal makes sure
    that emails open only what their recipient signed.
    """
    return f"{petition_id}:".encode() + (digest or b"")


def email_digest(address: str) -> bytes:
    """Return the digest of an email address, equal for all spellings of it."""
    return digests.email_digest(secret_key(), address)


def exact_digest(address: str) -> bytes:
    """Return the digest of an email address as written, ignoring only upper and lower case."""
    return keyed_digest(secret_key(), "exact email", address.lower())


def person_digest(given_name: str, family_name: str, postal_code: str) -> bytes:
    """Return the digest of a person by name and postal code."""
    return keyed_digest(
        secret_key(), "person", f"{name_key(given_name, family_name)}|{postal_code}"
    )


def network_digest(remote_address: str | None, now: datetime | None = None) -> bytes | None:
    """Return the digest of an IP address on the day of `now`, or None if it identifies no one.

    An address of this machine belongs to a developer, or to a proxy that is not listed as trusted.
    If it were counted, one forgotten setting would hold every signature for review.
    """
    if not remote_address or is_local(remote_address):
        return None
    return address_digest(key_of((now or utcnow()).date()), remote_address)


def _seal_of(signature: Signature) -> bytes:
    return seal(signature.petition_id, signature.email_digest or signature.person_digest)


class NetworkKey(Base):
    """The key of one UTC day, shared by all processes.

    Once it is deleted, nobody can test IP addresses against the digests of that day.
    """

    __tablename__ = "network_key"

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))


KEY_BYTES = 32
_LOADED = "network_keys"


def init_app(app: Flask) -> None:
    """Begin without any loaded keys."""
    forget_loaded(app)


def forget_loaded(app: Flask) -> None:
    """Make this process load the keys from the database again when it next needs them."""
    app.extensions[_LOADED] = {}


def key_of(day: date) -> bytes:
    """Return the key of a day. The first process that needs it creates it."""
    loaded: dict[date, bytes] = current_app.extensions[_LOADED]
    if day not in loaded:
        loaded[day] = _stored_key(day) or write(_create_key, day)
        # Only today's key is needed for signing. Around midnight yesterday's may still be used.
        for old in sorted(loaded)[:-2]:
            loaded.pop(old, None)
    return loaded[day]


def stored_keys() -> list[bytes]:
    """Return the keys of all days whose digests can still be compared."""
    return list(db.session.scalars(select(NetworkKey.key).order_by(NetworkKey.day.desc())))


def forget_keys_before(day: date) -> None:
    """Delete the keys of earlier days.

    Then their digests can no longer be linked to any IP address.
    """
    db.session.execute(delete(NetworkKey).where(NetworkKey.day < day))


def _create_key(day: date) -> bytes:
    statement = (
        insert(NetworkKey.__table__)
        .values(day=day, key=secrets.token_bytes(KEY_BYTES))
        .on_conflict_do_nothing()
    )
    db.session.execute(statement)
    return cast(bytes, _stored_key(day))


def _stored_key(day: date) -> bytes | None:
    return db.session.scalar(select(NetworkKey.key).where(NetworkKey.day == day))
