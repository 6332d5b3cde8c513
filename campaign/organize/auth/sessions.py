"""Sign an organizer in: open a session, set cookies, remember the browser, announce a new one."""

from datetime import datetime
from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from campaign.accounts import tokens
from campaign.accounts.audit import Actor, record
from campaign.accounts.models import KnownDevice
from campaign.accounts.operations import NEW_DEVICE
from campaign.accounts.queries import organizer_by_id
from campaign.accounts.sessions import (
    DEVICE_KEPT,
    MAX_AGE,
    close_session,
    is_known,
    know_device,
    open_session,
)
from campaign.extensions import db, write
from campaign.mail.operations import enqueue
from campaign.organize.auth.devices import described
from campaign.organize.identity import DEVICE_COOKIE, PATH, SESSION_COOKIE, read_cookie, set_cookie
from campaign.process.clock import utcnow


def known_device(organizer_id: int | None) -> bytes | None:
    """Return the device cookie's digest if this organizer signed in with it before, else None."""
    token = read_cookie(DEVICE_COOKIE) or ""
    # Look the device up even for an unknown organizer, so that the response takes as long.
    return tokens.token_digest(token) if is_known(organizer_id or 0, token) else None


def safe_next(address: Any) -> str:
    """Return `address` if it is in the workspace, else the overview's URL.

    A link must not redirect to another site.
    """
    home = url_for("organize.overview.index")
    # A JSON value may have any type.
    is_ours = isinstance(address, str) and (
        address == PATH or address.startswith((f"{PATH}/", f"{PATH}?"))
    )
    return address if is_ours and not set(address) & set("\\\r\n\t") else home


def ask_second_step(organizer_id: Any, next_address: Any) -> BaseResponse:
    """Open a session that still needs the second factor, and redirect to that step."""
    response = redirect(url_for("organize.sign_in.second_step", next=safe_next(next_address)), 303)
    _open(response, organizer_id, "password")
    return response


def let_in(organizer_id: Any, next_address: Any, way: str) -> BaseResponse:
    """Open a full session in place of the old one, and redirect.

    `way` says for the activity log how the organizer signed in.
    """
    response = redirect(safe_next(next_address), 303)
    open_door(response, organizer_id, way)
    return response


def open_door(response: BaseResponse, organizer_id: int, way: str) -> None:
    """Open a full session and set its cookies on `response`."""
    device_token = read_cookie(DEVICE_COOKIE) or tokens.new_token()
    _open(response, organizer_id, "full", way, device_token)
    set_cookie(response, DEVICE_COOKIE, device_token, DEVICE_KEPT)


def _open(
    response: BaseResponse,
    organizer_id: int,
    stage: str,
    way: str = "",
    device_token: Any = None,
) -> None:
    # End any old session: it must not continue across a sign-in (session fixation).
    old, token, now = g.organizer_session, tokens.new_token(), utcnow()
    browser: dict[str, Any] = {
        "device": described(request.user_agent.string),
        "address": request.remote_addr,
    }

    def enter() -> None:
        if old is not None:
            close_session(organizer_id=old.organizer_id, session_id=old.id)
        open_session(organizer_id=organizer_id, token=token, stage=stage, now=now, **browser)
        if stage == "full":
            _remember(organizer_id, device_token, now, browser)
            who = Actor(organizer_id=organizer_id, address=tokens.shorten(browser["address"]))
            record(
                who, "account.signed_in", subject=("organizer", organizer_id), details={"way": way}
            )

    # The request was read above, because this operation runs outside the request.
    write(enter)
    set_cookie(response, SESSION_COOKIE, token, MAX_AGE)


def _remember(organizer_id: int, device_token: str, now: datetime, browser: dict[str, Any]) -> None:
    """Remember the browser; email the organizer about a new one, unless it is their very first."""
    is_first = (
        db.session.scalar(
            select(KnownDevice.id).where(KnownDevice.organizer_id == organizer_id).limit(1)
        )
        is None
    )
    lang = organizer_by_id(organizer_id).lang
    device, is_new = know_device(
        organizer_id=organizer_id, device_token=device_token, lang=lang, now=now, **browser
    )
    if is_new and not is_first:
        enqueue(kind=NEW_DEVICE, subject_id=device.id, lang=lang)
