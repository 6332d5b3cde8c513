"""Letting an organizer in: session and cookies, what is remembered of the browser, and who is told."""

from flask import g, redirect, request, url_for
from sqlalchemy import select

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


def known_device(organizer_id):
    """Return the digest of the device cookie where this organizer has signed in with it before, else None."""
    token = read_cookie(DEVICE_COOKIE) or ""
    # Asked for nobody too, so that the answer takes as long.
    return tokens.token_digest(token) if is_known(organizer_id or 0, token) else None


def safe_next(address):
    """Return `address` where it lies in the workspace, else the overview: a link must not lead to another site."""
    home = url_for("organize.overview.index")
    # In JSON it may be anything.
    is_ours = isinstance(address, str) and (
        address == PATH or address.startswith((f"{PATH}/", f"{PATH}?"))
    )
    return address if is_ours and not set(address) & set("\\\r\n\t") else home


def ask_second_step(organizer_id, next_address):
    """Open half a session, and lead to the second step."""
    response = redirect(url_for("organize.sign_in.second_step", next=safe_next(next_address)), 303)
    _open(response, organizer_id, "password")
    return response


def let_in(organizer_id, next_address, way):
    """Open a full session in place of what there was; `way` says for the audit trail how it was earned."""
    response = redirect(safe_next(next_address), 303)
    open_door(response, organizer_id, way)
    return response


def open_door(response, organizer_id, way):
    """Open a full session and give `response` its cookies."""
    device_token = read_cookie(DEVICE_COOKIE) or tokens.new_token()
    _open(response, organizer_id, "full", way, device_token)
    set_cookie(response, DEVICE_COOKIE, device_token, DEVICE_KEPT)


def _open(response, organizer_id, stage, way="", device_token=None):
    # Whatever session the browser brought ends: none is carried from before a sign-in to after it.
    old, token, now = g.organizer_session, tokens.new_token(), utcnow()
    browser = {"device": described(request.user_agent.string), "address": request.remote_addr}

    def enter():
        if old is not None:
            close_session(organizer_id=old.organizer_id, session_id=old.id)
        open_session(organizer_id=organizer_id, token=token, stage=stage, now=now, **browser)
        if stage == "full":
            _remember(organizer_id, device_token, now, browser)
            who = Actor(organizer_id=organizer_id, address=tokens.shorten(browser["address"]))
            record(
                who, "account.signed_in", subject=("organizer", organizer_id), details={"way": way}
            )

    # Read before: the operation runs where there is no request.
    write(enter)
    set_cookie(response, SESSION_COOKIE, token, MAX_AGE)


def _remember(organizer_id, device_token, now, browser):
    """Know the browser again; its owner is told of one that is new, unless it is their very first."""
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
