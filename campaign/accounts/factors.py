"""The second factor of an app: codes by time (TOTP, RFC 6238), and recovery codes for a lost phone. Each opens once."""

import hmac
import secrets

import pyotp
from sqlalchemy import delete, func, select, update

from campaign.accounts import tokens
from campaign.accounts.models import Organizer, Passkey, RecoveryCode
from campaign.accounts.queries import organizer_by_id
from campaign.accounts.sessions import close_sessions
from campaign.extensions import db, note_ended

STEP_SECONDS = 30
# The clocks of phones differ: one step before and one after are taken too.
STEPS = (0, -1, 1)
RECOVERY_CODES = 10
RECOVERY_DIGITS = 16


def new_secret():
    return pyotp.random_base32()


def provisioning_uri(secret, email):
    """Return what an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Volante")


def step_of(secret, code, now):
    """Return the step of 30 s whose code this is, at most one from `now`, or None."""
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    found = [
        present + step
        for step in STEPS
        if hmac.compare_digest(totp.generate_otp(present + step), code)
    ]
    return found[0] if found else None


def start_codes(*, organizer_id, secret, step):
    """Take codes of `secret` as second factor from now on; `step` is that of the code by which it was shown to work."""
    values = {"totp_secret": tokens.seal(secret), "totp_step": step}
    db.session.execute(update(Organizer).where(Organizer.id == organizer_id).values(**values))


def stop_codes(*, organizer_id):
    """Take no codes by time any more."""
    _note_stopped(organizer_by_id(organizer_id))
    db.session.execute(
        update(Organizer).where(Organizer.id == organizer_id).values(totp_secret=None, totp_step=0)
    )


def spend_code(*, organizer_id, code, now):
    """Use up a code of the app or a recovery code (plain digits); return "app", "recovery", or None where it opens nothing.

    Of two who show the same code at once, one gets in.
    """
    if len(code) == RECOVERY_DIGITS:
        return "recovery" if _spend_recovery_code(organizer_id, code, now) else None
    organizer = organizer_by_id(organizer_id)
    secret = tokens.unseal(organizer.totp_secret) if organizer.totp_secret else None
    step = step_of(secret, code, now) if secret else None
    if step is None:
        return None
    fresh = (
        update(Organizer)
        .where(Organizer.id == organizer_id, Organizer.totp_step < step)
        .values(totp_step=step)
    )
    return "app" if db.session.execute(fresh).rowcount else None


def _spend_recovery_code(organizer_id, code, now):
    digest = tokens.code_digest(organizer_id, code)
    unused = (
        RecoveryCode.organizer_id == organizer_id,
        RecoveryCode.code_digest == digest,
        RecoveryCode.used_at.is_(None),
    )
    return db.session.execute(update(RecoveryCode).where(*unused).values(used_at=now)).rowcount


def new_recovery_codes():
    """Return ten codes of 16 digits (53 bits each)."""
    return tuple(
        f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}"
        for _ in range(RECOVERY_CODES)
    )


def replace_recovery_codes(*, organizer_id, codes):
    """Let these codes open, and none from before."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.organizer_id == organizer_id))
    db.session.add_all(
        RecoveryCode(organizer_id=organizer_id, code_digest=tokens.code_digest(organizer_id, code))
        for code in codes
    )
    db.session.flush()


def unused_recovery_codes(organizer_id):
    """Return how many recovery codes an organizer has left."""
    unused = RecoveryCode.organizer_id == organizer_id, RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused))


def take_factors(*, organizer_id):
    """Take all second factors from an organizer who lost them, and end their sessions; the next sign-in asks for new ones.

    Return whether there were any.
    """
    organizer = organizer_by_id(organizer_id)
    had_any = organizer.has_second_factor
    _note_stopped(organizer)
    for passkey in organizer.passkeys:
        note_ended("passkey.removed", passkey.id, passkey.created_at)
    organizer.totp_secret, organizer.totp_step = None, 0
    db.session.execute(delete(Passkey).where(Passkey.organizer_id == organizer_id))
    db.session.expire(organizer, ["passkeys"])
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.organizer_id == organizer_id))
    close_sessions(organizer_id=organizer_id)
    db.session.flush()
    return had_any


def _note_stopped(organizer):
    secret = organizer.totp_secret and tokens.unseal(organizer.totp_secret)
    if secret:
        note_ended("app.stopped", organizer.id, secret)
