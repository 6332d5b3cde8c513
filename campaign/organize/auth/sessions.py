"""Open a session: cookies, known browsers, passkey challenges, or refuse and record it."""

from base64 import b64decode, b64encode
from datetime import datetime
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    after_this_request,
    current_app,
    g,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from webauthn import options_to_json
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response as BaseResponse

from campaign.accounts import tokens
from campaign.accounts.audit import Actor, record_audit_event
from campaign.accounts.models import KnownDevice, Organizer
from campaign.accounts.operations import NEW_DEVICE
from campaign.accounts.passkeys import CHALLENGE_LIFETIME, RelyingParty
from campaign.accounts.passwords import RETRY_AFTER_SECONDS
from campaign.accounts.queries import organizer_by_id
from campaign.accounts.rate_limits import count_refused_access, may_note_refusal
from campaign.accounts.sessions import (
    DEVICE_LIFETIME,
    MAX_AGE,
    close_session,
    is_known_device,
    open_session,
    remember_device,
)
from campaign.extensions import db, write
from campaign.mail.models import ACCOUNT
from campaign.mail.operations import enqueue
from campaign.organize.core.identity import (
    DEVICE_COOKIE,
    PATH,
    SESSION_COOKIE,
    read_cookie,
    set_cookie,
)
from campaign.process.clock import utcnow


def known_device_digest(organizer_id: int | None) -> bytes | None:
    """Return the device cookie's digest if this organizer signed in with it before, else None."""
    token = read_cookie(DEVICE_COOKIE) or ""
    # Look the device up even for an unknown organizer, so that the response takes as long.
    return tokens.token_digest(token) if is_known_device(organizer_id or 0, token) else None


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


def complete_sign_in(organizer_id: Any, next_address: Any, method: str) -> BaseResponse:
    """Open a full session in place of the old one, and redirect.

    `method` says for the activity log how the organizer signed in.
    """
    response = redirect(safe_next(next_address), 303)
    open_full_session(response, organizer_id, method)
    return response


def open_full_session(response: BaseResponse, organizer_id: int, method: str) -> None:
    """Open a full session and set its cookies on `response`."""
    device_token = read_cookie(DEVICE_COOKIE) or tokens.new_token()
    _open(response, organizer_id, "full", method, device_token)
    set_cookie(response, DEVICE_COOKIE, device_token, DEVICE_LIFETIME)


def _open(
    response: BaseResponse,
    organizer_id: int,
    stage: str,
    method: str = "",
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
            record_audit_event(
                who,
                "account.signed_in",
                subject=("organizer", organizer_id),
                details={"way": method},
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
    device, is_new = remember_device(
        organizer_id=organizer_id, device_token=device_token, lang=lang, now=now, **browser
    )
    if is_new and not is_first:
        enqueue(kind=NEW_DEVICE, subject_id=device.id, lang=lang, priority=ACCOUNT)


# The first match wins, because many browsers also send the names listed after theirs.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("FxiOS", "Firefox"), ("Firefox", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def described(user_agent: str | None) -> str:
    """Return a name such as "Firefox, Linux", or an empty string for an unknown browser."""
    agent = user_agent or ""
    names = (
        next((name for token, name in table if token in agent), "") for table in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, names))


CHALLENGE_KEY = "passkey_challenge"


def site_place() -> RelyingParty:
    """Return the RelyingParty of the site; in development, with the request's host name."""
    address = (
        current_app.config["PUBLIC_URL"] if current_app.config["PRODUCTION"] else request.host_url
    )
    parts = urlsplit(address)
    return RelyingParty(origin=f"{parts.scheme}://{parts.netloc}", host=parts.hostname or "")


def passkeys_work() -> bool:
    """Return whether browsers can use passkeys here. They need a host name, not an IP address."""
    try:
        ip_address(site_place().host)
    except ValueError:
        return True
    return False


def challenge_response(options: Any) -> Response:
    """Return these options of a passkey for the browser.

    Their challenge is kept in the signed session cookie until it is answered.
    """
    session[CHALLENGE_KEY] = [b64encode(options.challenge).decode(), int(utcnow().timestamp())]
    return Response(options_to_json(options), mimetype="application/json")


def pop_challenge() -> bytes | None:
    """Return the pending challenge, once, or None if there is none or it is too old."""
    challenge, since = session.pop(CHALLENGE_KEY, (None, 0))
    if challenge is None or utcnow().timestamp() - since > CHALLENGE_LIFETIME.total_seconds():
        return None
    return b64decode(challenge)


ACTION = "account.refused"
ACCESS = "access.refused"


def log_refused(organizer_id: int | None, method: str) -> None:
    """Record that a sign-in was refused: for this organizer, or for an address without an account.

    `organizer_id` is None for an address without an account. `method` is `password`, `code`,
    `passkey`, or `pace` after too many tries.
    """
    if not may_note_refusal(network=request.remote_addr, organizer_id=organizer_id):
        return
    app = cast(LocalProxy[Flask], current_app)._get_current_object()
    who = Actor(address=tokens.shorten(request.remote_addr))
    subject = ("organizer", organizer_id) if organizer_id else None

    def write_entry() -> None:
        with app.app_context():
            write(record_audit_event, who, ACTION, subject=subject, details={"way": method})

    @after_this_request
    def after_response(response: Response) -> Response:
        response.call_on_close(write_entry)
        return response


def log_refused_access(organizer: Organizer, action: str, cause_id: int | None = None) -> None:
    """Record that an organizer tried an action that their roles do not allow in this cause.

    The activity log is append-only. Of many tries within an hour, only the 1st, 10th, 100th and so
    on are recorded, each with the count so far.
    """
    count = count_refused_access(organizer_id=organizer.id, action=action)
    if count == 10 ** (len(str(count)) - 1):
        who = Actor(organizer_id=organizer.id, address=tokens.shorten(request.remote_addr))
        write(
            record_audit_event,
            who,
            ACCESS,
            cause_id=cause_id,
            details={"action": action, "count": count},
        )


def busy_sentence() -> str:
    return _("Many people are signing in right now. Please try again in a few seconds.")


def later(returned: ResponseReturnValue, seconds: int = RETRY_AFTER_SECONDS) -> Response:
    """Return a view's response with a Retry-After header of `seconds`."""
    response = make_response(returned)
    response.headers["Retry-After"] = str(seconds)
    return response
