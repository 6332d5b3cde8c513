"""The pulse: one tiny answer that every watching page asks for again and again."""

from datetime import UTC, datetime
from hashlib import blake2b

from flask import Blueprint, abort, jsonify, request

from campaign.live.queries import counts_of_cause

blueprint = Blueprint("live", __name__)
QUIET_PACE = 1000


@blueprint.get("/causes/<slug>/pulse.json")
def pulse(slug):
    counts = counts_of_cause(slug)
    if counts is None:
        abort(404)
    count, petitions = counts
    pace = request.environ.get("volante.next_ms", QUIET_PACE)
    response = jsonify(
        cause=slug,
        count=count,
        petitions=petitions,
        at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        next_ms=pace,
    )
    response.cache_control.public = True
    response.cache_control.max_age = 1
    response.cache_control["stale-while-revalidate"] = "5"
    # The tag stands for the counts and the pace, not for the instant, so that a quiet petition answers 304.
    facts = repr((count, sorted(petitions.items()), pace)).encode()
    response.set_etag(blake2b(facts, digest_size=9).hexdigest(), weak=True)
    return response
