"""Sessions and devices: who is signed in where."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from campaign.accounts import tokens
from campaign.accounts.models import KnownDevice, OrganizerSession
from campaign.extensions import db, rows_changed

MAX_IDLE = timedelta(hours=12)
MAX_AGE = timedelta(days=14)
SECOND_STEP_LIFETIME = timedelta(minutes=10)
TOUCH_INTERVAL = timedelta(minutes=5)
DEVICE_LIFETIME = timedelta(days=365)


def open_session(
    *, organizer_id: int, token: str, stage: str, device: str, address: str | None, now: datetime
) -> OrganizerSession:
    """Open a session for a new cookie's `token`.

    With `password` as the `stage` it lasts ten minutes, until the second factor is given.
    """
    session = OrganizerSession(
        organizer_id=organizer_id,
        token_digest=tokens.token_digest(token),
        stage=stage,
        device=device[:120],
        address=tokens.shorten(address),
        created_at=now,
        seen_at=now,
        confirmed_at=now,
        expires_at=now + (MAX_AGE if stage == "full" else SECOND_STEP_LIFETIME),
    )
    db.session.add(session)
    db.session.flush()
    return session


def session_of(token: str | None, now: datetime) -> OrganizerSession | None:
    """Return the valid OrganizerSession for a cookie's value, or None."""
    if not token:
        return None
    return db.session.scalar(
        select(OrganizerSession).where(
            OrganizerSession.token_digest == tokens.token_digest(token),
            OrganizerSession.expires_at > now,
            OrganizerSession.seen_at > now - MAX_IDLE,
        )
    )


def touch_session(*, session_id: int, now: datetime) -> None:
    """Record that a session is in use."""
    db.session.execute(
        update(OrganizerSession).where(OrganizerSession.id == session_id).values(seen_at=now)
    )


def confirm_session(*, session_id: int, now: datetime) -> None:
    """Record that the organizer of a session has authenticated again."""
    db.session.execute(
        update(OrganizerSession).where(OrganizerSession.id == session_id).values(confirmed_at=now)
    )


def sessions_of(organizer_id: int, now: datetime) -> Sequence[OrganizerSession]:
    """Return the valid full sessions of an organizer, the most recently used first."""
    return db.session.scalars(
        select(OrganizerSession)
        .where(
            OrganizerSession.organizer_id == organizer_id,
            OrganizerSession.stage == "full",
            OrganizerSession.expires_at > now,
            OrganizerSession.seen_at > now - MAX_IDLE,
        )
        .order_by(OrganizerSession.seen_at.desc(), OrganizerSession.id.desc())
    ).all()


def close_session(*, organizer_id: int, session_id: int) -> int:
    """End one session of an organizer and return how many there were (1 or 0)."""
    return _close(organizer_id, OrganizerSession.id == session_id)


def close_sessions(*, organizer_id: int, except_session: int | None = None) -> int:
    """End all sessions of an organizer except `except_session` and return how many."""
    return _close(organizer_id, OrganizerSession.id != (except_session or 0))


def _close(organizer_id: int, condition: ColumnElement[bool]) -> int:
    statement = delete(OrganizerSession).where(
        OrganizerSession.organizer_id == organizer_id, condition
    )
    return rows_changed(statement)


def is_known_device(organizer_id: int, device_token: str | None) -> bool:
    """Return whether an organizer has signed in before from the browser with this device cookie."""
    if not device_token:
        return False
    return (
        db.session.scalar(
            select(KnownDevice.id).where(*_device_conditions(organizer_id, device_token))
        )
        is not None
    )


def remember_device(
    *,
    organizer_id: int,
    device_token: str,
    device: str,
    address: str | None,
    lang: str,
    now: datetime,
) -> tuple[KnownDevice, bool]:
    """Remember the browser behind a device cookie. Return (the KnownDevice, whether it is new)."""
    known_device = db.session.scalar(
        select(KnownDevice).where(*_device_conditions(organizer_id, device_token))
    )
    is_new = known_device is None
    if known_device is None:
        known_device = KnownDevice(
            organizer_id=organizer_id,
            token_digest=tokens.token_digest(device_token),
            device=device[:120],
            address=tokens.shorten(address),
            lang=lang,
            created_at=now,
        )
        db.session.add(known_device)
    known_device.seen_at = now
    db.session.flush()
    return known_device, is_new


def forget_devices(*, organizer_id: int) -> None:
    """Forget all known devices of an organizer."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.organizer_id == organizer_id))


def _device_conditions(
    organizer_id: int, device_token: str
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        KnownDevice.organizer_id == organizer_id,
        KnownDevice.token_digest == tokens.token_digest(device_token),
    )
