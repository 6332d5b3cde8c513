"""The API's responses as JSON Schema 2020-12; all listed properties are always present."""

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
ADDRESS = {"type": "string", "format": "uri"}
INSTANT = {"type": "string", "format": "date-time"}
LANG = {"type": "string", "enum": ["en", "es", "fr"]}
COUNTRY = {"type": ["string", "null"], "pattern": "^[A-Z]{2}$", "description": "ISO 3166-1 alpha-2"}


def _or_null(schema):
    return {**schema, "type": [schema["type"], "null"]}


def _object(description, /, **properties):
    """Return the schema of an object with all of these properties and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(name, schema):
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}
    next_url = {
        **_or_null(ADDRESS),
        "description": "The address of the next page, null on the last.",
    }
    return _object(f"A page of {name}.", **{name: items, "next": next_url})


_cause = {
    "slug": TEXT,
    "title": TEXT,
    "summary": TEXT,
    "count": COUNT,
    "url": ADDRESS,
    "image": ADDRESS,
}
_petition = {
    "slug": TEXT,
    "cause": TEXT,
    "title": TEXT,
    "summary": TEXT,
    "lang": LANG,
    "languages": {"type": "array", "items": LANG},
    "state": {"type": "string", "enum": ["open", "not_yet", "closed"]},
    "count": COUNT,
    "goal": _or_null(COUNT),
    "targets": {"type": "array", "items": TEXT},
    "opens_at": _or_null(INSTANT),
    "closes_at": _or_null(INSTANT),
    "url": ADDRESS,
    "image": ADDRESS,
}

SCHEMAS = {
    "OpenApi": {
        "type": "object",
        "description": "A description in OpenAPI 3.1.",
        "required": ["openapi", "info", "paths"],
    },
    "Problem": {
        "type": "object",
        "description": "What went wrong, as in RFC 9457.",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "parameter": TEXT,
            "errors": {"type": "object"},
        },
        "required": ["type", "title", "status"],
    },
    "Cause": _object("A cause; `count` is its butterflies, one for each signature.", **_cause),
    "CauseWithPetitions": _object(
        "A cause and its petitions.",
        **_cause,
        petitions={"type": "array", "items": {"$ref": "#/components/schemas/Petition"}},
    ),
    "Petition": _object("A petition in short.", **_petition),
    "WholePetition": _object(
        "A petition with its text; `body` is Markdown, `version` that of the text.",
        **_petition,
        organisation=TEXT,
        body=TEXT,
        version={"type": "integer", "minimum": 1},
        changed_at=INSTANT,
        delivered=_object(
            "What the targets get to see of each signature. Show `sentence` where people sign, and send the `version` it belongs to.",
            names={"type": "string", "enum": ["shown", "full"]},
            details={
                "type": "array",
                "items": {
                    "type": "string",
                    "enum": ["country", "postal_code", "shown_comment", "day"],
                },
            },
            sentence=TEXT,
        ),
    ),
    "Signature": _object(
        "A counted signature, as its owner lets it be shown; `number` is that of its butterfly in the cause.",
        number={"type": "integer", "minimum": 1},
        name=TEXT,
        name_display={"type": "string", "enum": ["full", "initials"]},
        country=COUNTRY,
        date={"type": "string", "format": "date"},
        comment=TEXT,
    ),
    "Tally": _object(
        "A count, and the goal that it is on the way to.",
        petition=TEXT,
        count=COUNT,
        goal=_or_null(COUNT),
        to_go=_or_null(COUNT),
    ),
    "Event": _object(
        "A gathering.",
        slug=TEXT,
        cause=TEXT,
        title=TEXT,
        lang=LANG,
        state={"type": "string", "enum": ["ahead", "past", "cancelled"]},
        starts_at=INSTANT,
        ends_at=INSTANT,
        time_zone=TEXT,
        place=TEXT,
        address=TEXT,
        town=TEXT,
        country=COUNTRY,
        is_free={"type": "boolean"},
        url=ADDRESS,
    ),
    "NewSignature": {
        "type": "object",
        "description": "The words of the form under a petition; which must be there beyond these two is the petition's own.",
        "properties": {
            "given_name": TEXT,
            "family_name": TEXT,
            "email": {"type": "string", "format": "email"},
            "country": {"type": "string", "description": "ISO 3166-1 alpha-2"},
            "postal_code": TEXT,
            "comment": TEXT,
            "name_display": {
                "type": "string",
                "enum": ["full", "initials", "counted"],
                "default": "counted",
            },
            "subscribe": {"type": "boolean", "default": False},
            "answers": {
                "type": "object",
                "description": "To the petition's own questions, by their names.",
                "additionalProperties": {"type": ["string", "boolean"]},
            },
            "lang": {**LANG, "description": "In which the letter to its owner is written."},
            "version": {
                "type": "integer",
                "minimum": 1,
                "description": "The version of the petition that was shown; without it, the newest.",
            },
            "source": {
                "type": "string",
                "maxLength": 40,
                "description": "A campaign's code; else that of the key.",
            },
        },
        "required": ["given_name", "email"],
    },
    "Taken": _object(
        "`pending` until its owner confirms it by mail; `taken` on the word of a trusted partner.",
        status={"type": "string", "enum": ["pending", "taken"]},
    ),
    "Causes": _list("causes", "Cause"),
    "Petitions": _list("petitions", "Petition"),
    "Signatures": _list("signatures", "Signature"),
    "Events": _list("events", "Event"),
}
