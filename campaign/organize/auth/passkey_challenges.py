"""The site's identity for passkeys, and the challenge that a passkey must answer."""

from base64 import b64decode, b64encode
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, session

from campaign.accounts.passkeys import CHALLENGE_GOOD_FOR, Place
from campaign.process.clock import utcnow

KEPT = "passkey_challenge"


def here() -> Place:
    """Return the Place of the site; in development, the host name of the request is used."""
    address = (
        current_app.config["PUBLIC_URL"] if current_app.config["PRODUCTION"] else request.host_url
    )
    parts = urlsplit(address)
    return Place(origin=f"{parts.scheme}://{parts.netloc}", host=parts.hostname)


def passkeys_work() -> bool:
    """Return whether browsers can use passkeys here; they need a host name, not an IP address."""
    try:
        ip_address(here().host)
    except ValueError:
        return True
    return False


def keep_challenge(options: Any) -> None:
    """Store the challenge of these options in the signed session cookie until it is answered."""
    session[KEPT] = [b64encode(options.challenge).decode(), int(utcnow().timestamp())]


def take_challenge() -> bytes | None:
    """Return the pending challenge, once; None if there is none or it is too old."""
    challenge, since = session.pop(KEPT, (None, 0))
    if challenge is None or utcnow().timestamp() - since > CHALLENGE_GOOD_FOR.total_seconds():
        return None
    return b64decode(challenge)
