"""Passkeys (WebAuthn): making one, and showing it."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import webauthn
from sqlalchemy import delete, select
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from campaign.accounts.models import Passkey, SpentChallenge
from campaign.db.insertion import insert
from campaign.errors import CampaignError
from campaign.extensions import db, note_ended

CHALLENGE_GOOD_FOR = timedelta(minutes=5)
# What a device may send that does not have the shape of an answer.
MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


class PasskeyRefused(CampaignError):
    """The answer of a device does not prove what it should."""

    status = 422


@dataclass(frozen=True)
class Place:
    """Where passkeys are made and shown: the origin of the pages, and the host name that keys are bound to."""

    origin: str
    host: str


def registration_options(place, organizer):
    """Return the options (of py_webauthn) for making a passkey; its `challenge` must be kept for the answer."""
    return webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name="Volante",
        user_id=f"organizer {organizer.id}".encode(),
        user_name=organizer.email,
        user_display_name=organizer.called,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(organizer),
    )


def authentication_options(place, organizer=None):
    """Return the options for showing a passkey: of `organizer`, or whichever the device has."""
    return webauthn.generate_authentication_options(
        rp_id=place.host,
        allow_credentials=_descriptors(organizer) if organizer else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def verified_registration(place, challenge, answer):
    """Return what a device's `answer` (JSON) says of the new passkey, as columns. Raises PasskeyRefused."""
    try:
        proven = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
        transports = [str(name)[:20] for name in answer["response"].get("transports") or ()][:8]
    except MALFORMED as error:
        raise PasskeyRefused from error
    return {
        "credential_id": proven.credential_id,
        "public_key": proven.credential_public_key,
        "sign_count": proven.sign_count,
        "is_synced": proven.credential_backed_up,
        "transports": transports,
    }


def add_passkey(*, organizer_id, name, columns, now):
    """Keep a new passkey. Raises PasskeyRefused where somebody has it already."""
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
    return passkey_id


def spend_passkey(*, place, challenge, answer, now, organizer_id=None):
    """Return the id of the organizer whose passkey answered `challenge`, once; None where it proves nothing.

    With `organizer_id` only that organizer's passkeys will do.
    """
    passkey = _passkey_of(answer)
    if passkey is None or organizer_id not in (None, passkey.organizer_id):
        return None
    try:
        proven = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except MALFORMED:
        return None
    if not _spend(challenge, now):
        return None
    passkey.sign_count, passkey.used_at = proven.new_sign_count, now
    passkey.is_synced = proven.credential_backed_up
    db.session.flush()
    return passkey.organizer_id


def remove_passkey(*, organizer_id, passkey_id):
    """Remove a passkey of an organizer; return whether there was one."""
    which = Passkey.id == passkey_id, Passkey.organizer_id == organizer_id
    gone = (
        delete(Passkey)
        .where(*which)
        .returning(Passkey.created_at)
        .execution_options(synchronize_session=False)
    )
    created_at = db.session.scalar(gone)
    if created_at is not None:
        note_ended("passkey.removed", passkey_id, created_at)
    return created_at is not None


def _passkey_of(answer):
    try:
        credential_id = base64url_to_bytes(answer["rawId"])
    except MALFORMED:
        return None
    return db.session.scalar(
        select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    )


def _spend(challenge, now):
    row = {"digest": sha256(challenge).digest(), "expires_at": now + 2 * CHALLENGE_GOOD_FOR}
    statement = insert(SpentChallenge.__table__).values(row).on_conflict_do_nothing()
    return db.session.scalar(statement.returning(SpentChallenge.__table__.c.digest)) is not None


def _descriptors(organizer):
    return [
        PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in organizer.passkeys
    ]
