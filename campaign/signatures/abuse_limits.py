"""Checks before a signing reaches the database: rate limits, and proof of work under load."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from altcha import ChallengeOptionsV1, PayloadV1, create_challenge_v1, verify_solution_v1
from flask import Flask, current_app
from limits import RateLimitItemPerHour, RateLimitItemPerMinute, parse
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from campaign.process.clock import utcnow
from campaign.security.digests import is_local
from campaign.security.network_limits import NetworkLimit
from campaign.security.rate_limit_storage import limit_storage
from campaign.security.write_behind_storage import WriteBehindStorage

WORK = 60_000
PROOF_MINUTES = 20
LATE_SECONDS = 0.25
# A library or a school may share one IP address.
LINK_REQUESTS = RateLimitItemPerHour(60)
HOUR_SECONDS = 3600
ONE_USE = RateLimitItemPerMinute(1, PROOF_MINUTES)


class SigningLimits:
    """The rate limits of signing, shared between processes through Redis or else through a file."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        storage = limit_storage(config)
        if config.get("SERVING"):
            storage = WriteBehindStorage(storage, LATE_SECONDS)
        self._limiter = FixedWindowRateLimiter(storage)
        self._per_network = NetworkLimit(
            self._limiter, parse(config["SIGN_LIMIT"]), config["SECRET_KEY"].encode(), "address"
        )
        self._per_petition = RateLimitItemPerMinute(config["PRESSURE_PER_MINUTE"])

    def admit(self, network: str | None, petition_id: int | str) -> bool:
        """Count one signing from the IP address `network`; return if the petition is under load.

        Raise TooManyRequests beyond the rate limit. Requests from this machine are not counted.
        """
        if not network or is_local(network):
            return self.is_high(petition_id)
        if not self._per_network.hit(network):
            raise TooManyRequests(retry_after=self._per_network.window(network)[1])
        return not self._limiter.hit(self._per_petition, "petition", str(petition_id))

    def admit_link_request(self, network_digest: bytes | None) -> None:
        """Count one request for the link to "What I signed".

        Raise TooManyRequests beyond the limit.
        """
        if network_digest and not self._limiter.hit(
            LINK_REQUESTS, "link request", network_digest.hex()
        ):
            raise TooManyRequests(retry_after=HOUR_SECONDS)

    def is_high(self, petition_id: int | str) -> bool:
        """Return whether more people sign this petition within a minute than usual."""
        return not self._limiter.test(self._per_petition, "petition", str(petition_id))

    def spend(self, payload: Any) -> bool:
        """Return whether `payload` is an unused proof of work, and mark it as used."""
        return is_proof(payload) and self._limiter.hit(
            ONE_USE, "proof", PayloadV1.from_base64(payload).signature
        )


def init_app(app: Flask) -> None:
    app.extensions["pressure"] = SigningLimits(app.config)


def pressure() -> SigningLimits:
    return current_app.extensions["pressure"]


def new_task() -> dict[str, Any]:
    """Return an ALTCHA challenge (version 1) that a phone solves in about a second."""
    challenge = create_challenge_v1(
        ChallengeOptionsV1(
            hmac_key=_key(), max_number=WORK, expires=utcnow() + timedelta(minutes=PROOF_MINUTES)
        )
    )
    payload = challenge.to_dict()
    payload["maxnumber"] = payload.pop("maxNumber")
    return payload


def is_proof(payload: Any) -> bool:
    """Return whether `payload` solves an unexpired challenge of ours; never raise."""
    try:
        return bool(payload) and verify_solution_v1(payload, _key())[0]
    except (TypeError, AttributeError, ValueError, LookupError):
        # The library does not check the types inside the payload.
        return False


def _key() -> str:
    return f"altcha:{current_app.config['SECRET_KEY']}"
