"""Query parameters of the API: read and validate them."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request

from campaign.api.errors import problem

MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True)
class Parameter:
    """A query parameter; its JSON Schema gives the allowed values and the default."""

    name: str
    description: str
    schema: dict[str, Any]

    def read(self) -> Any:
        """Return the value in the request, or the default; abort with 400 if it is invalid."""
        text = request.args.get(self.name)
        if text is None:
            return self.schema.get("default")
        value = _parse_integer(text) if self.schema["type"] == "integer" else text
        if not self._allows(value):
            detail = f"{self.name} must be {self._expected()}."
            abort(problem(400, detail, parameter=self.name))
        return value

    def _allows(self, value):
        schema = self.schema
        if schema["type"] == "integer":
            return value is not None and schema["minimum"] <= value <= schema["maximum"]
        return (
            value in schema["enum"]
            if "enum" in schema
            else 0 < len(value) <= schema["maxLength"] and "\0" not in value
        )

    def _expected(self):
        schema = self.schema
        if schema["type"] == "integer":
            return f"a whole number from {schema['minimum']} to {schema['maximum']}"
        return (
            f"one of {', '.join(schema['enum'])}"
            if "enum" in schema
            else f"1 to {schema['maxLength']} characters"
        )


def _parse_integer(text):
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_INTEGER))
        else None
    )


LANG = Parameter(
    "lang",
    "The language of words; what is not translated comes in its own.",
    {"type": "string", "enum": ["en", "es", "fr"], "default": "en"},
)
CAUSE = Parameter(
    "cause", "Only those of the cause with this slug.", {"type": "string", "maxLength": 80}
)
STATE = Parameter(
    "state", "Only those in this state.", {"type": "string", "enum": ["open", "not_yet", "closed"]}
)
WHEN = Parameter(
    "when",
    "Those that are not over, the next first, or those that are, the latest first.",
    {"type": "string", "enum": ["ahead", "past"], "default": "ahead"},
)
LIMIT = Parameter(
    "limit", "At most so many.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
)
CURSOR = Parameter(
    "cursor",
    "Where to go on: take it from `next` as it is.",
    {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER, "default": 0},
)
