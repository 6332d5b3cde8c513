"""The API's OpenAPI 3.1 description, generated from the table of its endpoints."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from campaign.api.errors import MIMETYPE
from campaign.api.params import Parameter
from campaign.api.schemas import SCHEMAS
from campaign.organisations.identity import identities
from campaign.site.settings import site_settings

VERSION = "1.0.0"
SLUG = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "The last part of its public address.",
    "schema": {"type": "string", "maxLength": 80},
}
REUSED = {
    "ETag": {
        "description": "Send this value back in If-None-Match. The answer is 304 if nothing has changed.",
        "schema": {"type": "string"},
    }
}
LIMITS = {
    "RateLimit-Policy": {
        "description": "How many requests one IP address may send, and in how many seconds.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "How many requests are left, and in how many seconds the limit is reset.",
        "schema": {"type": "string"},
    },
}
PROBLEMS = {
    "BadRequest": "The request is not valid. If a query parameter is wrong, `parameter` names it.",
    "NotFound": "Nothing public has this slug.",
    "Unauthorized": "The key is missing, wrong or revoked.",
    "Forbidden": "The key is for the petitions of another cause.",
    "Conflict": "The petition is not open yet.",
    "Gone": "The petition is closed.",
    "UnsupportedMediaType": "Send the request as application/json.",
    "UnprocessableContent": "Some fields are missing or wrong. `errors` names each of them and says how to fix it.",
    "ServiceUnavailable": "Nothing was saved. Wait for the number of seconds in Retry-After, then try again.",
    "TooManyRequests": "Too many requests. Wait for the number of seconds in Retry-After.",
}

POSTS = {
    "/petitions/{slug}/signatures": {
        "id": "sign",
        "schema": "NewSignature",
        "summary": "Send a signature as a partner. The answer does not tell whether the person had already signed.",
        "created": "The signature is saved.",
    },
    "/actions/{slug}/responses": {
        "id": "respond",
        "schema": "NewResponse",
        "summary": "Send a response as a partner, such as a letter. The person always confirms a letter by email. The answer does not tell whether they had already written.",
        "created": "The response is saved.",
    },
}


@dataclass(frozen=True)
class Endpoint:
    """An endpoint of the API: its path, view, response schema and query parameters.

    The view's docstring is its description in the document, so it is public text.
    """

    path: str
    view: Callable[..., Any]
    schema: str
    parameters: tuple[Parameter, ...] = ()


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the whole OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": identities().host.name(site_settings().default_lang),
            "version": VERSION,
            "summary": "Read causes, petitions, counts, names that people chose to show, and events. Partners can send signatures.",
            "description": (
                "Everything that you can read here is public. A name is included only if the person chose to show it. Email "
                "addresses, postal codes and IP addresses are never included. The limit is "
                f"{current_app.config['API_LIMIT']} from one IP address."
            ),
        },
        "servers": [{"url": f"{current_app.config['PUBLIC_URL']}/api/v1"}],
        "paths": _paths(endpoints),
        "components": {
            "schemas": SCHEMAS,
            "responses": {name: _problem(description) for name, description in PROBLEMS.items()},
            "headers": REUSED | LIMITS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key that an owner of the cause created for you.",
                }
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    has_slug = "{slug}" in endpoint.path
    responses = {
        "200": {
            "description": endpoint.view.__doc__,
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in REUSED | LIMITS},
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{endpoint.schema}"}}
            },
        },
        "304": {"description": "Nothing has changed since the answer with this ETag."},
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


def _paths(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    paths = {endpoint.path: {"get": _operation(endpoint)} for endpoint in endpoints}
    for path, operation in POSTS.items():
        paths.setdefault(path, {})["post"] = _post_operation(operation)
    return paths


def _post_operation(operation: Mapping[str, str]) -> dict[str, Any]:
    refusals = {
        "401": "Unauthorized",
        "403": "Forbidden",
        "409": "Conflict",
        "410": "Gone",
        "415": "UnsupportedMediaType",
        "422": "UnprocessableContent",
    }
    created = {
        "description": operation["created"],
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
        "operationId": operation["id"],
        "summary": operation["summary"],
        "security": [{"key": []}],
        "parameters": [SLUG],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{operation['schema']}"}
                }
            },
        },
        "responses": {"201": created}
        | {status: {"$ref": f"#/components/responses/{name}"} for status, name in names.items()},
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
