"""What pages and passkeys say to each other: where we are, and the challenge that is to be answered."""

from base64 import b64decode, b64encode
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request, session

from campaign.accounts.passkeys import CHALLENGE_GOOD_FOR, Place
from campaign.process.clock import utcnow

KEPT = "passkey_challenge"


def here():
    """Return the Place of the site; a developer's may be asked for by another of its names."""
    address = (
        current_app.config["PUBLIC_URL"] if current_app.config["PRODUCTION"] else request.host_url
    )
    parts = urlsplit(address)
    return Place(origin=f"{parts.scheme}://{parts.netloc}", host=parts.hostname)


def passkeys_work():
    """Return whether browsers make passkeys for our address: they do for names, and not for numbers such as 127.0.0.1."""
    try:
        ip_address(here().host)
    except ValueError:
        return True
    return False


def keep_challenge(options):
    """Keep the challenge of these options in the session cookie, which is signed, until it is answered."""
    session[KEPT] = [b64encode(options.challenge).decode(), int(utcnow().timestamp())]


def take_challenge():
    """Return the challenge to be answered, once; None where there is none or it is too old."""
    challenge, since = session.pop(KEPT, (None, 0))
    if challenge is None or utcnow().timestamp() - since > CHALLENGE_GOOD_FOR.total_seconds():
        return None
    return b64decode(challenge)
