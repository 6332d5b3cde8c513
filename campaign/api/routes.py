"""The read API, version 1: public data for programs.

The views' docstrings are their descriptions in the OpenAPI document.
"""

from flask import Blueprint, Response, abort, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from campaign.api.errors import CORS
from campaign.api.openapi import Endpoint, document
from campaign.api.params import CAUSE, CURSOR, LANG, LIMIT, STATE, WHEN
from campaign.api.queries import shown_signatures
from campaign.api.serializers import (
    cause_shape,
    event_shape,
    petition_shape,
    signature_shape,
    whole_petition_shape,
)
from campaign.causes.queries import cause_by_slug, cause_count, published_causes
from campaign.events.queries import events_ahead, events_past
from campaign.http.caching import public
from campaign.petitions.goals import current_goal
from campaign.petitions.queries import petition_by_slug, petition_counts, published_petitions
from campaign.process.clock import utcnow

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
SECONDS = 10
TALLY_SECONDS = 2
DOCUMENT_SECONDS = 3600
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@blueprint.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """Return this description of the API."""
    return _tagged(document(ENDPOINTS), DOCUMENT_SECONDS)


@blueprint.get("/causes")
def causes() -> ResponseReturnValue:
    """List the public causes."""
    lang, limit, cursor = LANG.read(), LIMIT.read(), CURSOR.read()
    found = sorted(
        (cause for cause in published_causes() if cause.id > cursor), key=lambda cause: cause.id
    )
    shapes = [cause_shape(cause, cause_count(cause.id), lang) for cause in found[:limit]]
    return _list("causes", shapes, found[limit - 1].id if len(found) > limit else None)


@blueprint.get("/causes/<slug>")
def cause(slug: str) -> ResponseReturnValue:
    """Return a cause and its petitions."""
    lang, cause = LANG.read(), cause_by_slug(slug) or _nothing("cause")
    petitions = published_petitions(cause.id)
    counts = petition_counts(petition.id for petition in petitions)
    shapes = [petition_shape(petition, counts.get(petition.id, 0), lang) for petition in petitions]
    return _tagged(cause_shape(cause, cause_count(cause.id), lang) | {"petitions": shapes})


@blueprint.get("/petitions")
def petitions() -> ResponseReturnValue:
    """List the public petitions, without archived ones."""
    lang, limit, cursor, slug, state = (
        LANG.read(),
        LIMIT.read(),
        CURSOR.read(),
        CAUSE.read(),
        STATE.read(),
    )
    now = utcnow()
    found = sorted(
        (
            petition
            for petition in published_petitions()
            if petition.id > cursor
            and slug in (None, petition.cause.slug)
            and state in (None, petition.phase(now))
        ),
        key=lambda row: row.id,
    )
    counts = petition_counts(row.id for row in found[:limit])
    shapes = [petition_shape(row, counts.get(row.id, 0), lang) for row in found[:limit]]
    return _list("petitions", shapes, found[limit - 1].id if len(found) > limit else None)


@blueprint.get("/petitions/<slug>")
def petition(slug: str) -> ResponseReturnValue:
    """Return a petition with its whole text, as Markdown."""
    lang, petition = LANG.read(), petition_by_slug(slug) or _nothing("petition")
    return _tagged(whole_petition_shape(petition, _count(petition), lang))


@blueprint.get("/petitions/<slug>/signatures")
def signatures(slug: str) -> ResponseReturnValue:
    """List the counted signatures of people who show their name or initials, by number."""
    limit, cursor, petition = (
        LIMIT.read(),
        CURSOR.read(),
        petition_by_slug(slug) or _nothing("petition"),
    )
    rows = shown_signatures(petition.id, after=cursor, limit=limit + 1)
    shapes = [signature_shape(row) for row in rows[:limit]]
    return _list(
        "signatures", shapes, rows[limit - 1].number if len(rows) > limit else None, lasting=False
    )


@blueprint.get("/petitions/<slug>/tally")
def tally(slug: str) -> ResponseReturnValue:
    """Return how many signatures a petition has, and how many are left to its goal."""
    petition = petition_by_slug(slug) or _nothing("petition")
    count = _count(petition)
    goal = current_goal(count, petition.goal)
    body = {
        "petition": petition.slug,
        "count": count,
        "goal": goal or None,
        "to_go": max(0, goal - count) if goal else None,
    }
    return _tagged(body, TALLY_SECONDS)


@blueprint.get("/events")
def events() -> ResponseReturnValue:
    """List the public events."""
    lang, limit, cursor, slug, when = (
        LANG.read(),
        LIMIT.read(),
        CURSOR.read(),
        CAUSE.read(),
        WHEN.read(),
    )
    cause = cause_by_slug(slug) if slug else None
    find = events_past if when == "past" else events_ahead
    asked = {"cause_id": cause.id if cause else None, "limit": limit + 1, "offset": cursor}
    found = [] if slug and cause is None else find(utcnow(), **asked)
    shapes = [event_shape(event, lang) for event in found[:limit]]
    return _list("events", shapes, cursor + limit if len(found) > limit else None)


ENDPOINTS = (
    Endpoint("/openapi.json", openapi, "OpenApi"),
    Endpoint("/causes", causes, "Causes", (LANG, LIMIT, CURSOR)),
    Endpoint("/causes/{slug}", cause, "CauseWithPetitions", (LANG,)),
    Endpoint("/petitions", petitions, "Petitions", (LANG, CAUSE, STATE, LIMIT, CURSOR)),
    Endpoint("/petitions/{slug}", petition, "WholePetition", (LANG,)),
    Endpoint("/petitions/{slug}/signatures", signatures, "Signatures", (LIMIT, CURSOR)),
    Endpoint("/petitions/{slug}/tally", tally, "Tally"),
    Endpoint("/events", events, "Events", (LANG, CAUSE, WHEN, LIMIT, CURSOR)),
)


KNOWN_PARAMETERS = frozenset(
    parameter.name for endpoint in ENDPOINTS for parameter in endpoint.parameters
)


@blueprint.after_request
def let_pages_read(answer: Response) -> Response:
    """Add CORS headers, as scripts on other sites may read public data."""
    answer.headers.update(CORS)
    if request.method == "OPTIONS":
        answer.headers.update(PREFLIGHT)
    return answer


def _list(name, shapes, cursor, lasting=True):
    """Return one page of a list as a response; `next` is the next page's URL, or null."""
    following = None
    if cursor is not None:
        # Keep only known parameters: the edge serves this response to everyone, whatever else is in
        # their URL.
        asked = {
            name: value for name, value in request.args.items() if name in KNOWN_PARAMETERS
        } | {"cursor": cursor}
        following = current_app.config["PUBLIC_URL"] + url_for(
            request.endpoint, **(request.view_args or {}), **asked
        )
    return _tagged({name: shapes, "next": following}, lasting=lasting)


def _tagged(body, seconds=SECONDS, lasting=True):
    answer = public(jsonify(body), seconds, stale=seconds)
    if not lasting:
        # A withdrawn signature must disappear soon, so caches may not serve it while we are down.
        del answer.cache_control["stale-if-error"]
    answer.add_etag()
    return answer.make_conditional(request)


def _nothing(kind):
    abort(404, f"There is no public {kind} with this slug.")


def _count(petition):
    return petition_counts([petition.id]).get(petition.id, 0)
