"""Who is asking: the organizer behind the session cookie, and as whom they act."""

from flask import current_app, g, request

from campaign.accounts import keys, permissions
from campaign.accounts.audit import Actor
from campaign.accounts.sessions import SEEN_EVERY, see_session, session_of
from campaign.extensions import write
from campaign.lib.times import utcnow

SESSION_COOKIE = "volante_organizer"
DEVICE_COOKIE = "volante_device"
PATH = "/organize"


def find_session():
    """Look up the session of this request once; a session in use is noted every few minutes."""
    now = utcnow()
    found = session_of(request.cookies.get(SESSION_COOKIE), now)
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
    return Actor(organizer_id=who.id if who else None, address=keys.shorten(request.remote_addr))


def may(action, thing=None):
    """Return whether who is signed in may do `action` to `thing` (a cause, or what has a `cause_id`), or anywhere at all."""
    who = organizer()
    if who is None:
        return False
    return permissions.may_somewhere(who, action) if thing is None else permissions.may(who, action, cause_id_of(thing))


def causes_where(action):
    """Return the ids of the causes in which who is signed in may do `action`, or permissions.EVERYWHERE (None)."""
    return permissions.causes_where(organizer(), action)


def cause_id_of(thing):
    return thing.cause_id if hasattr(thing, "cause_id") else thing.id


def set_cookie(response, name, value, longest):
    """Give the browser a cookie that only the workspace gets to see, for the timedelta `longest`."""
    response.set_cookie(
        name,
        value,
        max_age=longest,
        path=PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def drop_session_cookie(response):
    response.delete_cookie(SESSION_COOKIE, path=PATH)
