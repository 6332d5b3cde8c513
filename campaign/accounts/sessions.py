"""Sessions and devices: who is signed in where."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from campaign.accounts import tokens
from campaign.accounts.models import KnownDevice, OrganizerSession
from campaign.extensions import db

IDLE = timedelta(hours=12)
MAX_AGE = timedelta(days=14)
SECOND_STEP = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=5)
DEVICE_KEPT = timedelta(days=365)


def open_session(*, organizer_id, token, stage, device, address, now):
    """Open a session behind a fresh cookie's `token`; `password` as stage is good for ten minutes, until the second factor."""
    session = OrganizerSession(
        organizer_id=organizer_id,
        token_digest=tokens.token_digest(token),
        stage=stage,
        device=device[:120],
        address=tokens.shorten(address),
        created_at=now,
        seen_at=now,
        confirmed_at=now,
        expires_at=now + (MAX_AGE if stage == "full" else SECOND_STEP),
    )
    db.session.add(session)
    db.session.flush()
    return session


def session_of(token, now):
    """Return the living OrganizerSession behind a cookie's value, or None."""
    if not token:
        return None
    return db.session.scalar(
        select(OrganizerSession).where(
            OrganizerSession.token_digest == tokens.token_digest(token),
            OrganizerSession.expires_at > now,
            OrganizerSession.seen_at > now - IDLE,
        )
    )


def see_session(*, session_id, now):
    """Note that a session is in use."""
    db.session.execute(
        update(OrganizerSession).where(OrganizerSession.id == session_id).values(seen_at=now)
    )


def confirm_session(*, session_id, now):
    """Note that the owner of a session has shown once more who they are."""
    db.session.execute(
        update(OrganizerSession).where(OrganizerSession.id == session_id).values(confirmed_at=now)
    )


def sessions_of(organizer_id, now):
    """Return the living full sessions of an organizer, the last used first."""
    return db.session.scalars(
        select(OrganizerSession)
        .where(
            OrganizerSession.organizer_id == organizer_id,
            OrganizerSession.stage == "full",
            OrganizerSession.expires_at > now,
            OrganizerSession.seen_at > now - IDLE,
        )
        .order_by(OrganizerSession.seen_at.desc(), OrganizerSession.id.desc())
    ).all()


def close_session(*, organizer_id, session_id):
    """End one session of an organizer; return whether there was one."""
    return _close(organizer_id, OrganizerSession.id == session_id)


def close_sessions(*, organizer_id, but=None):
    """End all sessions of an organizer, but one; return how many."""
    return _close(organizer_id, OrganizerSession.id != (but or 0))


def _close(organizer_id, which):
    ended = delete(OrganizerSession).where(OrganizerSession.organizer_id == organizer_id, which)
    return db.session.execute(ended.execution_options(synchronize_session=False)).rowcount


def is_known(organizer_id, device_token):
    """Return whether an organizer has signed in before from the browser that holds this device cookie."""
    if not device_token:
        return False
    return (
        db.session.scalar(select(KnownDevice.id).where(*_which(organizer_id, device_token)))
        is not None
    )


def know_device(*, organizer_id, device_token, device, address, lang, now):
    """Remember the browser behind a device cookie; return (the KnownDevice, whether it is new)."""
    known = db.session.scalar(select(KnownDevice).where(*_which(organizer_id, device_token)))
    is_new = known is None
    if is_new:
        known = KnownDevice(
            organizer_id=organizer_id,
            token_digest=tokens.token_digest(device_token),
            device=device[:120],
            address=tokens.shorten(address),
            lang=lang,
            created_at=now,
        )
        db.session.add(known)
    known.seen_at = now
    db.session.flush()
    return known, is_new


def forget_devices(*, organizer_id):
    """Know none of an organizer's devices any more."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.organizer_id == organizer_id))


def _which(organizer_id, device_token):
    return (
        KnownDevice.organizer_id == organizer_id,
        KnownDevice.token_digest == tokens.token_digest(device_token),
    )
