"""Rate limits for pairing attempts and kiosk requests, against guessing and broken apps."""

from limits import RateLimitItemPerMinute

from campaign.security.rate_limits import limiter

PAIRINGS = RateLimitItemPerMinute(30, 15)
REQUESTS = RateLimitItemPerMinute(240)


def may_pair(network: str | None) -> bool:
    """Count one attempt to pair; return whether this network may make it."""
    return limiter().hit_network(PAIRINGS, network, "kiosk pairing")


def may_request(kiosk_id: int) -> bool:
    """Count one request of a kiosk; return whether to answer it."""
    return limiter().hit(REQUESTS, "kiosk", str(kiosk_id))
