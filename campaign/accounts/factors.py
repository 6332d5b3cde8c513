"""The second factor: codes from an authenticator app (TOTP, RFC 6238), and recovery codes.

Each code works once.
"""

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

import pyotp
from sqlalchemy import CursorResult, delete, func, select, update

from campaign.accounts import tokens
from campaign.accounts.models import Organizer, Passkey, RecoveryCode
from campaign.accounts.queries import organizer_by_id
from campaign.accounts.sessions import close_sessions
from campaign.extensions import db, note_ended
from campaign.text.whitespace import in_one_line

STEP_SECONDS = 30
# Phone clocks are inaccurate, so the previous and the next step are accepted too.
STEPS = (0, -1, 1)
RECOVERY_CODES = 10
RECOVERY_DIGITS = 16


def new_secret() -> str:
    """Return a random secret for an authenticator app."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str, *, site_name: str) -> str:
    """Return the URI that an authenticator app reads from the QR code.

    The app lists the account under `site_name`.
    """
    # Apps split the label at its first colon.
    issuer = in_one_line(site_name.replace(":", " "))
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the 30 s step that this code belongs to, at most one away from `now`, or None."""
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = [
        current + step
        for step in STEPS
        if hmac.compare_digest(totp.generate_otp(current + step), code)
    ]
    return steps[0] if steps else None


def start_codes(*, organizer_id: int, secret: str, step: int) -> None:
    """Accept codes of `secret` as the second factor from now on.

    `step` is the step of the code that proved the app works.
    """
    _note_stopped(organizer_by_id(organizer_id))
    values = {"totp_secret": tokens.seal(secret), "totp_step": step}
    db.session.execute(update(Organizer).where(Organizer.id == organizer_id).values(**values))


def stop_codes(*, organizer_id: int) -> None:
    """Stop accepting codes from the authenticator app."""
    _note_stopped(organizer_by_id(organizer_id))
    db.session.execute(
        update(Organizer).where(Organizer.id == organizer_id).values(totp_secret=None, totp_step=0)
    )


def spend_code(*, organizer_id: int, code: str, now: datetime) -> str | None:
    """Use up an app code or a recovery code. Return "app", "recovery", or None if it is invalid.

    `code` is plain digits. If two requests use the same code at once, only one succeeds.
    """
    if len(code) == RECOVERY_DIGITS:
        return "recovery" if _spend_recovery_code(organizer_id, code, now) else None
    organizer = organizer_by_id(organizer_id)
    secret = tokens.unseal(organizer.totp_secret) if organizer.totp_secret else None
    step = step_of(secret, code, now) if secret else None
    if step is None:
        return None
    statement = (
        update(Organizer)
        .where(Organizer.id == organizer_id, Organizer.totp_step < step)
        .values(totp_step=step)
    )
    result = cast(CursorResult[Any], db.session.execute(statement))
    return "app" if result.rowcount else None


def _spend_recovery_code(organizer_id: int, code: str, now: datetime) -> int:
    digest = tokens.code_digest(organizer_id, code)
    unused = (
        RecoveryCode.organizer_id == organizer_id,
        RecoveryCode.code_digest == digest,
        RecoveryCode.used_at.is_(None),
    )
    result = db.session.execute(update(RecoveryCode).where(*unused).values(used_at=now))
    return cast(CursorResult[Any], result).rowcount


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten codes of 16 digits (53 bits each)."""
    return tuple(
        f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}"
        for _ in range(RECOVERY_CODES)
    )


def replace_recovery_codes(*, organizer_id: int, codes: Iterable[str]) -> None:
    """Make these recovery codes valid, and all earlier ones invalid."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.organizer_id == organizer_id))
    db.session.add_all(
        RecoveryCode(organizer_id=organizer_id, code_digest=tokens.code_digest(organizer_id, code))
        for code in codes
    )
    db.session.flush()


def unused_recovery_codes(organizer_id: int) -> int:
    """Return how many unused recovery codes an organizer has."""
    unused = RecoveryCode.organizer_id == organizer_id, RecoveryCode.used_at.is_(None)
    query = select(func.count()).select_from(RecoveryCode).where(*unused)
    return cast(int, db.session.scalar(query))


def remove_second_factors(*, organizer_id: int) -> bool:
    """Remove all second factors of an organizer who lost them and return whether there were any.

    Their sessions end, and the next sign-in asks for a new second factor.
    """
    organizer = organizer_by_id(organizer_id)
    had_factors = organizer.has_second_factor
    _note_stopped(organizer)
    for passkey in organizer.passkeys:
        note_ended("passkey.removed", passkey.id, passkey.created_at)
    organizer.totp_secret, organizer.totp_step = None, 0
    db.session.execute(delete(Passkey).where(Passkey.organizer_id == organizer_id))
    db.session.expire(organizer, ["passkeys"])
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.organizer_id == organizer_id))
    close_sessions(organizer_id=organizer_id)
    db.session.flush()
    return had_factors


def _note_stopped(organizer: Organizer) -> None:
    secret = organizer.totp_secret and tokens.unseal(organizer.totp_secret)
    if secret:
        note_ended("app.stopped", organizer.id, secret)
