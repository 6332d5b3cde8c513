"""What went wrong, for programs: RFC 9457, application/problem+json."""

from http import HTTPStatus

from flask import Response, json

PREFIX = "/api/"
MIMETYPE = "application/problem+json"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
}


def problem(status, detail="", headers=None, **more):
    """Return the answer that tells a program of a problem with this HTTP status, in English; `more` are members of its own."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail} if detail else {}
    answer = Response(json.dumps(body | more) + "\n", status, mimetype=MIMETYPE)
    answer.headers.update(CORS | {"Cache-Control": "no-store"} | (headers or {}))
    return answer


def concerns(path):
    """Return whether an address is one of the API's, whose mistakes are told to programs."""
    return path.startswith(PREFIX)
