"""`/metrics`, for Prometheus: only for who watches over the site."""

from hmac import compare_digest
from ipaddress import ip_address, ip_network

from flask import Blueprint, abort, current_app, make_response, request

from campaign.lib.digests import is_local
from campaign.lib.times import utcnow
from campaign.web.gauges import gauges, in_words

blueprint = Blueprint("metrics", __name__)
QUIET_PACE = 1000
# A proxy says with these whom it asks for; whoever asks from here without them asks for themselves.
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@blueprint.get("/metrics")
def show():
    if not (_has_token() or _is_near()):
        abort(403)
    found = gauges(now=utcnow(), next_ms=request.environ.get("volante.next_ms", QUIET_PACE))
    return make_response(in_words(found), {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _has_token():
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and compare_digest(given.encode(), token.encode())


def _is_near():
    """Return whether the request comes from this machine or a trusted network, and no proxy passes it on for another."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    trusted = current_app.config["TRUSTED_PROXIES"]
    return is_local(str(address)) or any(address in ip_network(each, strict=False) for each in trusted)
