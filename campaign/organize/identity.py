"""Who is asking: the organizer behind the session cookie, and as whom they act."""

from flask import after_this_request, current_app, g, request

from campaign.accounts import permissions, tokens
from campaign.accounts.audit import Actor
from campaign.accounts.sessions import MAX_AGE, SEEN_EVERY, see_session, session_of
from campaign.extensions import write
from campaign.http.cookies import host_name
from campaign.process.clock import utcnow

SESSION_COOKIE = "volante_organizer"
DEVICE_COOKIE = "volante_device"
PATH = "/organize"


def find_session():
    """Look up the session of this request once; a session in use is noted every few minutes."""
    now = utcnow()
    token = read_cookie(SESSION_COOKIE)
    found = session_of(token, now)
    if found is not None and host_name(SESSION_COOKIE) not in request.cookies:
        _replace_cookie(SESSION_COOKIE, token, MAX_AGE)
    if found is not None and found.seen_at < now - SEEN_EVERY:
        write(see_session, session_id=found.id, now=now)
    g.organizer_session = found


def organizer():
    """Return the organizer who is fully signed in, or None."""
    session = g.get("organizer_session")
    return session.organizer if session is not None and session.stage == "full" else None


def half_signed_in():
    """Return the organizer who has told the password but not yet shown the second factor, or None."""
    session = g.get("organizer_session")
    return session.organizer if session is not None and session.stage == "password" else None


def actor():
    """Return as whom this request acts, for the audit trail."""
    who = organizer()
    return Actor(organizer_id=who.id if who else None, address=tokens.shorten(request.remote_addr))


def may(action, thing=None):
    """Return whether who is signed in may do `action` to `thing` (a cause, or what has a `cause_id`), or anywhere at all."""
    who = organizer()
    if who is None:
        return False
    return (
        permissions.may_somewhere(who, action)
        if thing is None
        else permissions.may(who, action, cause_id_of(thing))
    )


def causes_where(action):
    """Return the ids of the causes in which who is signed in may do `action`, or permissions.EVERYWHERE (None)."""
    return permissions.causes_where(organizer(), action)


def cause_id_of(thing):
    return thing.cause_id if hasattr(thing, "cause_id") else thing.id


def read_cookie(name):
    """Return the value of one of our cookies, also under the plain name that it had before this site was served by https alone."""
    return request.cookies.get(host_name(name)) or request.cookies.get(name)


def set_cookie(response, name, value, longest):
    """Give the browser a cookie for the timedelta `longest`, in place of one under its plain name."""
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        host_name(name),
        value,
        max_age=longest,
        # What a browser promises of a name with __Host- it promises of the whole host only.
        path="/" if is_secure else PATH,
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )
    if is_secure and name in request.cookies:
        response.delete_cookie(name, path=PATH)


def drop_session_cookie(response):
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(
        host_name(SESSION_COOKIE), path="/" if is_secure else PATH, secure=is_secure
    )
    if is_secure:
        response.delete_cookie(SESSION_COOKIE, path=PATH)


def _replace_cookie(name, value, longest):
    @after_this_request
    def under_its_new_name(response):
        # A view may have set it, or dropped it, by now.
        if not any(
            header.startswith(f"{host_name(name)}=")
            for header in response.headers.getlist("Set-Cookie")
        ):
            set_cookie(response, name, value, longest)
        return response
