"""The read API, version 1: public data for programs.

The views' docstrings are their descriptions in the OpenAPI document.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from campaign.api.errors import CORS, problem
from campaign.api.openapi import Endpoint, document
from campaign.api.params import CAUSE, CURSOR, LANG, LIMIT, STATE, WHEN
from campaign.api.queries import shown_signatures
from campaign.api.serializers import (
    serialize_action,
    serialize_cause,
    serialize_event,
    serialize_petition,
    serialize_signature,
    serialize_whole_action,
    serialize_whole_petition,
)
from campaign.causes.queries import cause_by_slug, cause_count, published_causes
from campaign.events.queries import events_ahead, events_past
from campaign.http.caching import public
from campaign.petitions.goals import current_goal
from campaign.petitions.kinds import PETITION
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_slug, petition_counts, published_petitions
from campaign.process.clock import utcnow
from campaign.switches.state import switched_off

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
CACHE_SECONDS = 10
TALLY_SECONDS = 2
DOCUMENT_SECONDS = 3600
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@blueprint.before_request
def refuse_while_switched_off() -> Response | None:
    """Answer 503 while the API is switched off."""
    switch = switched_off("api")
    if switch is None:
        return None
    detail = switch.message("en") or "The API is paused. Send the request again later."
    return problem(503, detail, {"Retry-After": str(switch.retry_seconds)})


@blueprint.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """Return this description of the API."""
    return _tagged(document(ENDPOINTS), DOCUMENT_SECONDS)


@blueprint.get("/causes")
def causes() -> ResponseReturnValue:
    """List the public causes."""
    lang, limit, cursor = LANG.read(), LIMIT.read(), CURSOR.read()
    rows = sorted(
        (cause for cause in published_causes() if cause.id > cursor), key=lambda cause: cause.id
    )
    items = [serialize_cause(cause, cause_count(cause.id), lang) for cause in rows[:limit]]
    return _list("causes", items, rows[limit - 1].id if len(rows) > limit else None)


@blueprint.get("/causes/<slug>")
def cause(slug: str) -> ResponseReturnValue:
    """Return a cause, its petitions and its other actions."""
    lang, cause = LANG.read(), cause_by_slug(slug) or _not_found("cause")
    rows = published_petitions(cause.id)
    counts = petition_counts(row.id for row in rows)
    petitions, actions = [], []
    for row in rows:
        if row.action_kind == PETITION:
            petitions.append(serialize_petition(row, counts.get(row.id, 0), lang))
        else:
            actions.append(serialize_action(row, counts.get(row.id, 0), lang))
    return _tagged(
        serialize_cause(cause, cause_count(cause.id), lang)
        | {"petitions": petitions, "actions": actions}
    )


@blueprint.get("/petitions")
def petitions() -> ResponseReturnValue:
    """List the public petitions, without archived ones."""
    return _list_of("petitions", serialize_petition)


@blueprint.get("/actions")
def actions() -> ResponseReturnValue:
    """List the public actions that are not petitions, such as letters, without archived ones."""
    return _list_of("actions", serialize_action)


def _list_of(name: str, serialize: Callable[[Petition, int, str], dict[str, Any]]) -> Response:
    lang, limit, cursor, slug, state = (
        LANG.read(),
        LIMIT.read(),
        CURSOR.read(),
        CAUSE.read(),
        STATE.read(),
    )
    now = utcnow()
    rows = sorted(
        (
            petition
            for petition in published_petitions()
            if petition.id > cursor
            and (petition.action_kind == PETITION) == (name == "petitions")
            and slug in (None, petition.cause.slug)
            and state in (None, petition.phase(now))
        ),
        key=lambda row: row.id,
    )
    counts = petition_counts(row.id for row in rows[:limit])
    items = [serialize(row, counts.get(row.id, 0), lang) for row in rows[:limit]]
    return _list(name, items, rows[limit - 1].id if len(rows) > limit else None)


@blueprint.get("/petitions/<slug>")
def petition(slug: str) -> ResponseReturnValue:
    """Return a petition with its whole text, as Markdown."""
    lang, petition = LANG.read(), _petition(slug)
    return _tagged(serialize_whole_petition(petition, _count(petition), lang))


@blueprint.get("/actions/<slug>")
def action(slug: str) -> ResponseReturnValue:
    """Return an action with its whole text, as Markdown, and what its form asks."""
    lang, action = LANG.read(), petition_by_slug(slug)
    if action is None or action.action_kind == PETITION:
        _not_found("action")
    return _tagged(serialize_whole_action(action, _count(action), lang))


@blueprint.get("/petitions/<slug>/signatures")
def signatures(slug: str) -> ResponseReturnValue:
    """List the counted signatures of people who show their name or initials, by number."""
    limit, cursor, petition = (
        LIMIT.read(),
        CURSOR.read(),
        _petition(slug),
    )
    rows = shown_signatures(petition.id, after=cursor, limit=limit + 1)
    items = [serialize_signature(row) for row in rows[:limit]]
    return _list(
        "signatures",
        items,
        rows[limit - 1].number if len(rows) > limit else None,
        serve_stale=False,
    )


@blueprint.get("/petitions/<slug>/tally")
def tally(slug: str) -> ResponseReturnValue:
    """Return how many signatures a petition has, and how many are left to its goal."""
    petition = _petition(slug)
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
    query = events_past if when == "past" else events_ahead
    filters = {"cause_id": cause.id if cause else None, "limit": limit + 1, "offset": cursor}
    rows = [] if slug and cause is None else query(utcnow(), **filters)
    items = [serialize_event(event, lang) for event in rows[:limit]]
    return _list("events", items, cursor + limit if len(rows) > limit else None)


ENDPOINTS = (
    Endpoint("/openapi.json", openapi, "OpenApi"),
    Endpoint("/causes", causes, "Causes", (LANG, LIMIT, CURSOR)),
    Endpoint("/causes/{slug}", cause, "CauseWithPetitions", (LANG,)),
    Endpoint("/petitions", petitions, "Petitions", (LANG, CAUSE, STATE, LIMIT, CURSOR)),
    Endpoint("/petitions/{slug}", petition, "WholePetition", (LANG,)),
    Endpoint("/petitions/{slug}/signatures", signatures, "Signatures", (LIMIT, CURSOR)),
    Endpoint("/petitions/{slug}/tally", tally, "Tally"),
    Endpoint("/actions", actions, "Actions", (LANG, CAUSE, STATE, LIMIT, CURSOR)),
    Endpoint("/actions/{slug}", action, "WholeAction", (LANG,)),
    Endpoint("/events", events, "Events", (LANG, CAUSE, WHEN, LIMIT, CURSOR)),
)


KNOWN_PARAMETERS = frozenset(
    parameter.name for endpoint in ENDPOINTS for parameter in endpoint.parameters
)


@blueprint.after_request
def add_cors_headers(response: Response) -> Response:
    """Add CORS headers, as scripts on other sites may read public data."""
    response.headers.update(CORS)
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
    return response


def _list(
    name: str, items: list[dict[str, Any]], cursor: int | None, serve_stale: bool = True
) -> Response:
    """Return one page of a list as a response. `next` is the next page's URL, or null."""
    next_url = None
    if cursor is not None:
        # Keep only known parameters: the edge serves this response to everyone, whatever else is in
        # their URL.
        parameters = {
            name: value for name, value in request.args.items() if name in KNOWN_PARAMETERS
        }
        next_url = current_app.config["PUBLIC_URL"] + url_for(
            request.endpoint or "", **{**(request.view_args or {}), **parameters, "cursor": cursor}
        )
    return _tagged({name: items, "next": next_url}, serve_stale=serve_stale)


def _tagged(
    body: dict[str, Any], seconds: int = CACHE_SECONDS, serve_stale: bool = True
) -> Response:
    response = public(jsonify(body), seconds, stale=seconds)
    if not serve_stale:
        # A withdrawn signature must disappear soon, so caches may not serve it while we are down.
        del response.cache_control["stale-if-error"]
    response.add_etag()
    response.make_conditional(request)
    return response


def _not_found(kind: str) -> NoReturn:
    abort(404, f"There is no public {kind} with this slug.")


def _petition(slug: str) -> Petition:
    petition = petition_by_slug(slug)
    if petition is None or petition.action_kind != PETITION:
        _not_found("petition")
    return petition


def _count(petition: Petition) -> int:
    return petition_counts([petition.id]).get(petition.id, 0)
