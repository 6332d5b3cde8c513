"""Query parameters of the API: read and validate them."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request

from campaign.api.errors import problem
from campaign.api.schemas import LANG as LANG_SCHEMA
from campaign.site.settings import site_settings

MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True)
class Parameter:
    """A query parameter. Its JSON Schema gives the allowed values and the default."""

    name: str
    description: str
    schema: dict[str, Any]

    def read(self) -> Any:
        """Return the value in the request, or the default. Abort with 400 if it is invalid."""
        text = request.args.get(self.name)
        if text is None:
            return self.schema.get("default")
        value = _parse_integer(text) if self.schema["type"] == "integer" else text
        if not self._allows(value):
            detail = f"{self.name} must be {self._expected()}."
            abort(problem(400, detail, parameter=self.name))
        return value

    def _allows(self, value: Any) -> bool:
        schema = self.schema
        if schema["type"] == "integer":
            return value is not None and schema["minimum"] <= value <= schema["maximum"]
        return (
            value in schema["enum"]
            if "enum" in schema
            else 0 < len(value) <= schema["maxLength"] and "\0" not in value
        )

    def _expected(self) -> str:
        schema = self.schema
        if schema["type"] == "integer":
            return f"a whole number from {schema['minimum']} to {schema['maximum']}"
        return (
            f"one of {', '.join(schema['enum'])}"
            if "enum" in schema
            else f"1 to {schema['maxLength']} characters"
        )


def _parse_integer(text: str) -> int | None:
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_INTEGER))
        else None
    )


class LanguageParameter(Parameter):
    """One of the languages of the site, by default its first."""

    def read(self) -> str:
        """Return the language. Abort with 400 if the site does not have it."""
        languages = site_settings().languages
        lang = request.args.get(self.name, languages[0])
        if lang not in languages:
            detail = f"{self.name} must be one of {', '.join(languages)}."
            abort(problem(400, detail, parameter=self.name))
        return lang


LANG = LanguageParameter(
    "lang",
    "The language of texts: one of those of the site, by default its first. A text that is not"
    " translated is in the nearest language, else in its original one.",
    LANG_SCHEMA,
)
CAUSE = Parameter(
    "cause", "Only results of the cause with this slug.", {"type": "string", "maxLength": 80}
)
STATE = Parameter(
    "state",
    "Only petitions in this state.",
    {"type": "string", "enum": ["open", "not_yet", "closed"]},
)
WHEN = Parameter(
    "when",
    "`ahead` for upcoming events, the next one first. `past` for past events, the latest one first.",
    {"type": "string", "enum": ["ahead", "past"], "default": "ahead"},
)
LIMIT = Parameter(
    "limit",
    "The largest number of results on one page.",
    {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
)
CURSOR = Parameter(
    "cursor",
    "Where the next page starts. Send the value of `next` unchanged.",
    {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER, "default": 0},
)
