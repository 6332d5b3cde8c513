"""The API's OpenAPI 3.1 description, generated from the table of its endpoints."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app

from campaign.api.errors import MIMETYPE
from campaign.api.params import Parameter
from campaign.api.schemas import SCHEMAS

VERSION = "1.0.0"
SLUG = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "The last part of its address.",
    "schema": {"type": "string", "maxLength": 80},
}
REUSED = {
    "ETag": {
        "description": "Send it back as If-None-Match, and get 304 where nothing has changed.",
        "schema": {"type": "string"},
    }
}
LIMITS = {
    "RateLimit-Policy": {
        "description": "How many requests in how many seconds one address may send.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "How many are left, and in how many seconds they are renewed.",
        "schema": {"type": "string"},
    },
}
PROBLEMS = {
    "BadRequest": "A parameter is not as it must be; `parameter` names it.",
    "NotFound": "There is no such public thing.",
    "Unauthorized": "No key was shown, or one that opens nothing.",
    "Forbidden": "The key is for another cause.",
    "Conflict": "The petition takes signatures later.",
    "Gone": "The petition takes no more signatures.",
    "UnsupportedMediaType": "It must be application/json.",
    "UnprocessableContent": "Words are missing or wrong; `errors` says which, and how.",
    "ServiceUnavailable": "It was not written down; try again after as many seconds as Retry-After says.",
    "TooManyRequests": "Wait for as many seconds as Retry-After says.",
}


@dataclass(frozen=True)
class Endpoint:
    """An endpoint of the API: its path, view, response schema and query parameters.

    The view's docstring is its description in the document, so it is public text.
    """

    path: str
    view: Callable
    schema: str
    parameters: tuple[Parameter, ...] = ()


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the whole OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Volante",
            "version": VERSION,
            "summary": "Causes, petitions, counts, shown names and events, to read.",
            "description": (
                "Everything here is public. Names stand here only as far as their owners let them be shown; e-mail addresses, postal "
                f"codes and network addresses never do. The limit is {current_app.config['API_LIMIT']} from one network address."
            ),
        },
        "servers": [{"url": f"{current_app.config['PUBLIC_URL']}/api/v1"}],
        "paths": {
            endpoint.path: {"get": _operation(endpoint)} | _post_operation(endpoint.path)
            for endpoint in endpoints
        },
        "components": {
            "schemas": SCHEMAS,
            "responses": {name: _problem(description) for name, description in PROBLEMS.items()},
            "headers": REUSED | LIMITS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key that an organizer of the cause has made.",
                }
            },
        },
    }


def _operation(endpoint):
    has_slug = "{slug}" in endpoint.path
    responses = {
        "200": {
            "description": endpoint.view.__doc__,
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in REUSED | LIMITS},
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{endpoint.schema}"}}
            },
        },
        "304": {"description": "Nothing has changed since the answer with the tag that was sent."},
    }
    responses |= (
        {"400": {"$ref": "#/components/responses/BadRequest"}} if endpoint.parameters else {}
    )
    responses |= {"404": {"$ref": "#/components/responses/NotFound"}} if has_slug else {}
    return {
        "operationId": endpoint.view.__name__,
        "summary": endpoint.view.__doc__,
        "parameters": [*([SLUG] if has_slug else []), *map(_parameter, endpoint.parameters)],
        "responses": responses | {"429": {"$ref": "#/components/responses/TooManyRequests"}},
    }


def _post_operation(path):
    """Return the POST operation of this path, if it has one."""
    if path != "/petitions/{slug}/signatures":
        return {}
    refusals = {
        "401": "Unauthorized",
        "403": "Forbidden",
        "409": "Conflict",
        "410": "Gone",
        "415": "UnsupportedMediaType",
        "422": "UnprocessableContent",
    }
    created = {
        "description": "It is written down.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Taken"}}},
    }
    names = {
        "400": "BadRequest",
        "404": "NotFound",
        **refusals,
        "429": "TooManyRequests",
        "503": "ServiceUnavailable",
    }
    return {
        "post": {
            "operationId": "sign",
            "summary": "Take a signature from a partner; the answer is the same whoever signed before.",
            "security": [{"key": []}],
            "parameters": [SLUG],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/NewSignature"}}
                },
            },
            "responses": {"201": created}
            | {
                status: {"$ref": f"#/components/responses/{name}"} for status, name in names.items()
            },
        }
    }


def _parameter(parameter):
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _problem(description):
    return {
        "description": description,
        "content": {MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
