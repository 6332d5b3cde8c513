"""Checks before a signing reaches the database: rate limits, and proof of work under load."""

from datetime import timedelta
from typing import Any

from altcha import ChallengeOptionsV1, PayloadV1, create_challenge_v1, verify_solution_v1
from flask import current_app
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from campaign.process.clock import utcnow
from campaign.security.rate_limits import is_counted, limiter, parse_limit
from campaign.site.settings import site_settings

MAX_PROOF_NUMBER = 60_000
PROOF_MINUTES = 20
# A library or a school may share one IP address.
LINK_REQUESTS = RateLimitItemPerHour(60)
ONE_USE = RateLimitItemPerMinute(1, PROOF_MINUTES)


def admit_signing(network: str | None, subject: int | str) -> bool:
    """Count one signing from the IP address `network` and return if the petition is under load.

    `subject` is the petition's id, or names another form. Raise TooManyRequests beyond the rate
    limit. Requests from this machine are not counted.
    """
    if not is_counted(network):
        return is_under_load(subject)
    limit = parse_limit(site_settings().sign_limit)
    if not limiter().hit_network(limit, network, "address"):
        wait = limiter().network_window(limit, network, "address")
        raise TooManyRequests(retry_after=wait.seconds)
    return not limiter().hit(_usual(), "petition", str(subject))


def is_under_load(subject: int | str) -> bool:
    """Return whether more people sign this petition within a minute than usual."""
    return not limiter().test(_usual(), "petition", str(subject))


def admit_link_request(ip: str | None) -> None:
    """Count one request for the link to "What I signed".

    Raise TooManyRequests beyond the limit.
    """
    if is_counted(ip) and not limiter().hit_network(LINK_REQUESTS, ip, "link request"):
        wait = limiter().network_window(LINK_REQUESTS, ip, "link request")
        raise TooManyRequests(retry_after=wait.seconds)


def spend_proof(payload: Any) -> bool:
    """Return whether `payload` is an unused proof of work, and mark it as used."""
    return is_proof(payload) and limiter().hit(
        ONE_USE, "proof", PayloadV1.from_base64(payload).signature
    )


def _usual() -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(current_app.config["PRESSURE_PER_MINUTE"])


def new_challenge() -> dict[str, Any]:
    """Return an ALTCHA challenge (version 1) that a phone solves in about a second."""
    challenge = create_challenge_v1(
        ChallengeOptionsV1(
            hmac_key=_key(),
            max_number=MAX_PROOF_NUMBER,
            expires=utcnow() + timedelta(minutes=PROOF_MINUTES),
        )
    )
    payload = challenge.to_dict()
    payload["maxnumber"] = payload.pop("maxNumber")
    return payload


def is_proof(payload: Any) -> bool:
    """Return whether `payload` solves an unexpired challenge of ours. Never raise."""
    try:
        return bool(payload) and verify_solution_v1(payload, _key())[0]
    except (TypeError, AttributeError, ValueError, LookupError):
        # The library does not check the types inside the payload.
        return False


def _key() -> str:
    return f"altcha:{current_app.config['SECRET_KEY']}"
