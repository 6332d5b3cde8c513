"""Live counts for programs: the pulse, which open pages poll, and the ledger."""

from datetime import UTC, datetime
from hashlib import blake2b

from flask import Blueprint, Response, abort, jsonify, request

from campaign.extensions import reads_replica
from campaign.http.caching import public
from campaign.live.queries import counts_of_cause, ledger_of_petition

blueprint = Blueprint("live", __name__)
QUIET_INTERVAL_MS = 1000
LEDGER_SECONDS = 60


@blueprint.get("/causes/<slug>/pulse.json")
def pulse(slug: str) -> Response:
    """Return the current counts of a cause and its actions, for polling."""
    counts = counts_of_cause(slug)
    if counts is None:
        abort(404)
    next_ms = request.environ.get("volante.next_ms", QUIET_INTERVAL_MS)
    response = jsonify(
        cause=slug,
        count=counts.count,
        petitions=counts.petitions,
        actions=counts.actions,
        at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        next_ms=next_ms,
    )
    response.cache_control.public = True
    response.cache_control.max_age = 1
    response.cache_control["stale-while-revalidate"] = "5"
    response.cache_control["stale-if-error"] = "86400"
    # The ETag covers the counts and the interval but not the time, so that a quiet petition answers
    # 304. It also changes when as many left as came, so that a page showing butterflies reloads
    # them.
    shown = (sorted(counts.petitions.items()), sorted(counts.actions.items()))
    version = repr((counts.count, counts.freed, shown, next_ms)).encode()
    response.set_etag(blake2b(version, digest_size=9).hexdigest(), weak=True)
    return response


@blueprint.get("/petitions/<slug>/ledger.json")
@reads_replica
def ledger(slug: str) -> Response:
    """Return a petition's changes by hour and reason, or by day where few people made them.

    The changes add up to the count.
    """
    lines = ledger_of_petition(slug)
    if lines is None:
        abort(404)
    hours = [
        {
            "hour": f"{line.start:%Y-%m-%dT%H:%M:%SZ}",
            "period": line.period,
            "reason": line.reason,
            "evidence": line.evidence,
            "change": line.change,
        }
        for line in lines
    ]
    count = sum(line.change for line in lines)
    return public(jsonify(petition=slug, count=count, hours=hours), LEDGER_SECONDS)
