"""The current organizer, found by the session cookie, and the actor for the activity log."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import after_this_request, current_app, g, request
from werkzeug.wrappers import Response

from campaign.accounts import permissions, tokens
from campaign.accounts.audit import Actor
from campaign.accounts.models import Grant, Organizer
from campaign.accounts.sessions import MAX_AGE, TOUCH_INTERVAL, session_of, touch_session
from campaign.causes.models import Cause
from campaign.exports.models import Export
from campaign.extensions import write
from campaign.http.security_headers import cookie_name
from campaign.imports.subscribers.models import SubscriberImport
from campaign.organisations.models import Organisation
from campaign.process.clock import utcnow

SESSION_COOKIE = "volante_organizer"
DEVICE_COOKIE = "volante_device"
PATH = "/organize"


@dataclass(frozen=True)
class SharedByCauses:
    """Something of an organisation that people with a role in one of its causes may use too.

    `cause_id` is such a cause, or None for people with a role in the whole organisation, or in
    none.
    """

    organisation: Organisation
    cause_id: int | None


def find_session() -> None:
    """Load the session of this request. Update its last-seen time every few minutes."""
    now = utcnow()
    token = read_cookie(SESSION_COOKIE)
    current = session_of(token, now)
    if current is not None and cookie_name(SESSION_COOKIE) not in request.cookies:
        _replace_cookie(SESSION_COOKIE, token, MAX_AGE)
    if current is not None and current.seen_at < now - TOUCH_INTERVAL:
        write(touch_session, session_id=current.id, now=now)
    g.organizer_session = current


def organizer() -> Organizer | Any:
    """Return the organizer who is fully signed in, or None.

    Typed `| Any` instead of `| None`: behind a guard of `access` there always is one.
    """
    session = g.get("organizer_session")
    return session.organizer if session is not None and session.stage == "full" else None


def half_signed_in() -> Organizer | None:
    """Return the organizer who has entered the password but not yet the second factor, or None."""
    session = g.get("organizer_session")
    return session.organizer if session is not None and session.stage == "password" else None


def actor() -> Actor:
    """Return the Actor of this request for the activity log."""
    who = organizer()
    return Actor(organizer_id=who.id if who else None, address=tokens.shorten(request.remote_addr))


def may(action: str, thing: Any = None) -> bool:
    """Return whether the organizer may do `action` to `thing`, or without `thing` anywhere.

    `thing` is as for `scope_of`.
    """
    who = organizer()
    if who is None:
        return False
    return (
        permissions.may_somewhere(who, action)
        if thing is None
        else permissions.may(who, action, *scope_of(thing))
    )


def causes_where(action: str) -> frozenset[Any] | None:
    """Return the ids of the causes where the organizer may do `action`.

    Return permissions.EVERYWHERE (None) for an admin. Each list, count and choice of the workspace
    is built from these ids. A test fails for one that is not.
    """
    return permissions.causes_where(organizer(), action)


def organisations_where(action: str) -> frozenset[Any] | None:
    """Return the ids of the organisations where the organizer may do `action`: None means all."""
    return permissions.organisations_where(organizer(), action)


def scope_of(thing: Any) -> tuple[int | None, int | None]:
    """Return (cause id, organisation id) of a thing: where a role is needed to use it.

    `thing` is a cause, an organisation, or what an organisation shares with its causes. It may also
    be a grant, a file or list of subscribers, or anything with a `cause_id`.
    """
    if isinstance(thing, Cause):
        return thing.id, None
    if isinstance(thing, Organisation):
        return None, thing.id
    if isinstance(thing, SharedByCauses):
        return thing.cause_id, None if thing.cause_id else thing.organisation.id
    if isinstance(thing, Grant | Export | SubscriberImport):
        return thing.cause_id, thing.organisation_id
    return thing.cause_id, None


def read_cookie(name: str) -> str | None:
    """Return the value of one of our cookies.

    A cookie set before the site was served by HTTPS alone has the plain name, which is read too.
    """
    return request.cookies.get(cookie_name(name)) or request.cookies.get(name)


def set_cookie(response: Response, name: str, value: str, longest: timedelta) -> None:
    """Set a cookie that lives for `longest`, and remove the one under its plain name."""
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=longest,
        # Browsers accept the __Host- prefix only with the path "/".
        path="/" if is_secure else PATH,
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )
    if is_secure and name in request.cookies:
        response.delete_cookie(name, path=PATH)


def drop_session_cookie(response: Response) -> None:
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(
        cookie_name(SESSION_COOKIE), path="/" if is_secure else PATH, secure=is_secure
    )
    if is_secure:
        response.delete_cookie(SESSION_COOKIE, path=PATH)


def _replace_cookie(name: str, value: Any, longest: timedelta) -> None:
    @after_this_request
    def replace(response: Any) -> Any:
        # A view may have set or dropped the cookie in the same response.
        if not any(
            header.startswith(f"{cookie_name(name)}=")
            for header in response.headers.getlist("Set-Cookie")
        ):
            set_cookie(response, name, value, longest)
        return response
