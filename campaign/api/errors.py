"""Error responses for API clients: RFC 9457, application/problem+json."""

from http import HTTPStatus
from typing import Any

from flask import Response, json

PREFIX = "/api/"
MIMETYPE = "application/problem+json"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
}


def problem(
    status: int, detail: str | None = "", headers: dict[str, str] | None = None, **members: Any
) -> Response:
    """Return a problem response with this HTTP status, in English. `more` adds members."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail} if detail else {}
    response = Response(json.dumps(body | members) + "\n", status, mimetype=MIMETYPE)
    response.headers.update(CORS | {"Cache-Control": "no-store"} | (headers or {}))
    return response


def is_api_path(path: str) -> bool:
    """Return whether a path belongs to the API, where errors must be problem responses."""
    return path.startswith(PREFIX)
