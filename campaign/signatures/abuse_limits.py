"""What is asked of a signing before it reaches the database: not too many from one place, and under pressure some work."""

from datetime import timedelta

from altcha import ChallengeOptionsV1, PayloadV1, create_challenge_v1, verify_solution_v1
from flask import current_app
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
# A library or a school may share one network address.
LINK_REQUESTS = RateLimitItemPerHour(60)
HOUR_SECONDS = 3600
ONE_USE = RateLimitItemPerMinute(1, PROOF_MINUTES)


class SigningLimits:
    """The rates of signing, shared between processes: by Redis where there is one, else by a file."""

    def __init__(self, config):
        storage = limit_storage(config)
        if config.get("SERVING"):
            storage = WriteBehindStorage(storage, LATE_SECONDS)
        self._limiter = FixedWindowRateLimiter(storage)
        self._per_network = NetworkLimit(
            self._limiter, parse(config["SIGN_LIMIT"]), config["SECRET_KEY"].encode(), "address"
        )
        self._per_petition = RateLimitItemPerMinute(config["PRESSURE_PER_MINUTE"])

    def admit(self, network, petition_id):
        """Count one signing from the IP address `network`; return True where the petition is under pressure. Raises TooManyRequests.

        What comes from this machine itself is not counted.
        """
        if not network or is_local(network):
            return self.is_high(petition_id)
        if not self._per_network.hit(network):
            raise TooManyRequests(retry_after=self._per_network.window(network)[1])
        return not self._limiter.hit(self._per_petition, "petition", str(petition_id))

    def admit_link_request(self, network_digest):
        """Count one request for the link to what somebody signed. Raises TooManyRequests."""
        if network_digest and not self._limiter.hit(
            LINK_REQUESTS, "link request", network_digest.hex()
        ):
            raise TooManyRequests(retry_after=HOUR_SECONDS)

    def is_high(self, petition_id):
        """Return True where more sign this petition within a minute than people usually do."""
        return not self._limiter.test(self._per_petition, "petition", str(petition_id))

    def spend(self, payload):
        """Return True where `payload` is a proof of work that nobody has used before, and use it up."""
        return is_proof(payload) and self._limiter.hit(
            ONE_USE, "proof", PayloadV1.from_base64(payload).signature
        )


def init_app(app):
    app.extensions["pressure"] = SigningLimits(app.config)


def pressure():
    return current_app.extensions["pressure"]


def new_task():
    """Return an ALTCHA challenge (version 1) that a phone solves in about a second."""
    challenge = create_challenge_v1(
        ChallengeOptionsV1(
            hmac_key=_key(), max_number=WORK, expires=utcnow() + timedelta(minutes=PROOF_MINUTES)
        )
    )
    words = challenge.to_dict()
    words["maxnumber"] = words.pop("maxNumber")
    return words


def is_proof(payload):
    """Return True where `payload` solves a challenge of ours that has not expired; whatever it is, nothing is raised."""
    try:
        return bool(payload) and verify_solution_v1(payload, _key())[0]
    except (TypeError, AttributeError, ValueError, LookupError):
        # The library trusts the types within what is sent.
        return False


def _key():
    return f"altcha:{current_app.config['SECRET_KEY']}"
