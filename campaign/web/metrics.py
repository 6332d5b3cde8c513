"""`/metrics` for Prometheus, only with the token or from a trusted address."""

from hmac import compare_digest

from flask import Blueprint, Response, abort, current_app, make_response, request

from campaign.http.trusted_requests import is_near
from campaign.process.clock import utcnow
from campaign.web.metric_values import gauges, render_prometheus

blueprint = Blueprint("metrics", __name__)
DEFAULT_INTERVAL_MS = 1000


@blueprint.get("/metrics")
def show() -> Response:
    if not (_has_token() or is_near()):
        abort(403)
    values = gauges(
        now=utcnow(), next_ms=request.environ.get("volante.next_ms", DEFAULT_INTERVAL_MS)
    )
    return make_response(
        render_prometheus(values), {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


def _has_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and compare_digest(sent.encode(), token.encode())
