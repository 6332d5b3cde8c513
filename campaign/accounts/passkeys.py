"""Create and verify passkeys (WebAuthn)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

import webauthn
from sqlalchemy import delete, select
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRequestOptions,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from campaign.accounts.models import Organizer, Passkey, SpentChallenge
from campaign.db.upsert import insert
from campaign.errors import CampaignError
from campaign.extensions import db, note_ended

CHALLENGE_LIFETIME = timedelta(minutes=5)
# Errors for a device answer of the wrong shape.
MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


class PasskeyRefused(CampaignError):
    """A device's answer does not prove what it should."""

    status = 422


@dataclass(frozen=True)
class RelyingParty:
    """Where passkeys are used: the origin of the pages, and the host name that keys belong to."""

    origin: str
    host: str


def registration_options(
    relying_party: RelyingParty, organizer: Organizer, *, site_name: str
) -> PublicKeyCredentialCreationOptions:
    """Return the options (of py_webauthn) for creating a passkey.

    Devices list it under `site_name`. Their `challenge` must be kept until the device answers.
    """
    return webauthn.generate_registration_options(
        rp_id=relying_party.host,
        rp_name=site_name,
        user_id=f"organizer {organizer.id}".encode(),
        user_name=organizer.email,
        user_display_name=organizer.called,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(organizer),
    )


def authentication_options(
    relying_party: RelyingParty, organizer: Organizer | None = None
) -> PublicKeyCredentialRequestOptions:
    """Return the options for a sign-in with a passkey of `organizer`, or with any on the device."""
    return webauthn.generate_authentication_options(
        rp_id=relying_party.host,
        allow_credentials=_descriptors(organizer) if organizer else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def verified_registration(
    relying_party: RelyingParty, challenge: bytes, response: Any
) -> dict[str, Any]:
    """Return the columns of the new passkey from a device’s `response` (JSON).

    Raises PasskeyRefused.
    """
    try:
        verified = webauthn.verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
            require_user_verification=True,
        )
        transports = [str(name)[:20] for name in response["response"].get("transports") or ()][:8]
    except MALFORMED as error:
        raise PasskeyRefused from error
    return {
        "credential_id": verified.credential_id,
        "public_key": verified.credential_public_key,
        "sign_count": verified.sign_count,
        "is_synced": verified.credential_backed_up,
        "transports": transports,
    }


def add_passkey(*, organizer_id: int, name: str, columns: dict[str, Any], now: datetime) -> int:
    """Store a new passkey, and return its id. Raises PasskeyRefused if it is stored already."""
    row = {**columns, "organizer_id": organizer_id, "name": name, "created_at": now}
    statement = (
        insert(Passkey.__table__)
        .values(row)
        .on_conflict_do_nothing()
        .returning(Passkey.__table__.c.id)
    )
    passkey_id = db.session.scalar(statement)
    if passkey_id is None:
        raise PasskeyRefused
    return cast(int, passkey_id)


def spend_passkey(
    *,
    relying_party: RelyingParty,
    challenge: bytes,
    response: Any,
    now: datetime,
    organizer_id: int | None = None,
) -> int | None:
    """Return the id of the organizer whose passkey answered `challenge`, or None if invalid.

    Each challenge works once. With `organizer_id`, only that organizer's passkeys are accepted.
    """
    passkey = _passkey_of(response)
    if passkey is None or organizer_id not in (None, passkey.organizer_id):
        return None
    try:
        verified = webauthn.verify_authentication_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except MALFORMED:
        return None
    if not _spend(challenge, now):
        return None
    passkey.sign_count, passkey.used_at = verified.new_sign_count, now
    passkey.is_synced = verified.credential_backed_up
    db.session.flush()
    return passkey.organizer_id


def remove_passkey(*, organizer_id: int, passkey_id: int) -> bool:
    """Remove a passkey of an organizer and return whether there was one."""
    conditions = Passkey.id == passkey_id, Passkey.organizer_id == organizer_id
    statement = (
        delete(Passkey)
        .where(*conditions)
        .returning(Passkey.created_at)
        .execution_options(synchronize_session=False)
    )
    created_at = db.session.scalar(statement)
    if created_at is not None:
        note_ended("passkey.removed", passkey_id, created_at)
    return created_at is not None


def _passkey_of(response: Any) -> Passkey | None:
    try:
        credential_id = base64url_to_bytes(response["rawId"])
    except MALFORMED:
        return None
    return db.session.scalar(
        select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    )


def _spend(challenge: bytes, now: datetime) -> bool:
    row = {"digest": sha256(challenge).digest(), "expires_at": now + 2 * CHALLENGE_LIFETIME}
    statement = insert(SpentChallenge.__table__).values(row).on_conflict_do_nothing()
    return db.session.scalar(statement.returning(SpentChallenge.__table__.c.digest)) is not None


def _descriptors(organizer: Organizer) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in organizer.passkeys
    ]
