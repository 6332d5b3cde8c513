"""The API's responses as JSON Schema 2020-12. All listed properties are always present."""

from typing import Any

from campaign.i18n.locales import MAX_TAG_LENGTH

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
ADDRESS = {"type": "string", "format": "uri"}
DAY = {"type": "string", "format": "date"}
INSTANT = {"type": "string", "format": "date-time"}
LANG = {"type": "string", "maxLength": MAX_TAG_LENGTH, "description": "A BCP 47 language tag."}
COUNTRY = {"type": ["string", "null"], "pattern": "^[A-Z]{2}$", "description": "ISO 3166-1 alpha-2"}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _object(description: str, /, **properties: Any) -> dict[str, Any]:
    """Return the schema of an object with all of these properties and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(name: str, schema: str) -> dict[str, Any]:
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}
    next_url = {
        **_or_null(ADDRESS),
        "description": "The address of the next page, or null on the last page.",
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
    "result": {
        "type": ["string", "null"],
        "enum": ["won", "partly_won", "no_answer", None],
        "description": "What came of it, or null while nobody knows.",
    },
    "result_on": _or_null(DAY),
    "url": ADDRESS,
    "image": ADDRESS,
}

_kind = {"type": "string", "description": "The kind of action, such as `letter`."}
_whole_petition = {
    **_petition,
    "organisation": TEXT,
    "body": TEXT,
    "version": {"type": "integer", "minimum": 1},
    "changed_at": INSTANT,
    "notice": _object(
        "The privacy notice of this petition in the language of the answer. Show `text`, which is Markdown, where people sign, and send `digest` with the signature.",
        digest=TEXT,
        text=TEXT,
    ),
    "subscribe_text": {
        **TEXT,
        "description": "The consent to updates by email, in the language of the answer. It names the cause and the organization that sends them. Show it where people choose `subscribe`.",
    },
    "tell_answer_text": _or_null(
        {
            **TEXT,
            "description": "The consent to one email for each published answer or result, in the language of the answer. It names the organization that sends them. Show it where people choose `tell_answer`. Without it, the petition does not offer this.",
        }
    ),
    "delivered": _object(
        "What the targets get about each signature. Show `sentence` where people sign, and send the `version` it belongs to.",
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
    "answers": {
        "type": "array",
        "description": "What the targets answered, newest first.",
        "items": {"$ref": "#/components/schemas/Answer"},
    },
    "next_delivery": {
        **_or_null(COUNT),
        "description": "The count at which the petition delivers its signatures again, if its page announces it.",
    },
}
_new_signature = {
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
    "subscribe": {
        "type": "boolean",
        "default": False,
        "description": "Whether the person agreed to the petition's `subscribe_text`, which we record as the consent.",
    },
    "tell_answer": {
        "type": "boolean",
        "default": False,
        "description": "Whether the person agreed to the petition's `tell_answer_text`, which we record as the consent.",
    },
    "answers": {
        "type": "object",
        "description": "Answers to the petition's own questions, by the name of each question.",
        "additionalProperties": {"type": ["string", "boolean"]},
    },
    "lang": {**LANG, "description": "The language of the emails to this person."},
    "version": {
        "type": "integer",
        "minimum": 1,
        "description": "The version of the petition that the person saw. If it is missing, the newest.",
    },
    "notice": {
        "type": "string",
        "description": "The digest of the privacy notice that your page showed, from the petition. If neither it nor `consent_text` is sent, we record that the notice is not known.",
    },
    "consent_text": {
        "type": "string",
        "maxLength": 10000,
        "description": "The text that the person agreed to on your page, if it was not our notice. Send `consent_at` with it.",
    },
    "consent_at": {
        **INSTANT,
        "description": "When the person agreed to it, with a time zone. Not in the future.",
    },
    "source": {
        "type": "string",
        "maxLength": 40,
        "description": "The source code, as in ?source=. If it is missing, the source code of the key.",
    },
}

SCHEMAS = {
    "OpenApi": {
        "type": "object",
        "description": "This description, in OpenAPI 3.1.",
        "required": ["openapi", "info", "paths"],
    },
    "Problem": {
        "type": "object",
        "description": "What went wrong (RFC 9457). `detail` says what to do.",
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
    "Cause": _object(
        "A cause. `count` is the number of butterflies in its montage, one for each signature or letter.",
        **_cause,
    ),
    "CauseWithPetitions": _object(
        "A cause, its petitions and its other actions.",
        **_cause,
        petitions={"type": "array", "items": {"$ref": "#/components/schemas/Petition"}},
        actions={"type": "array", "items": {"$ref": "#/components/schemas/Action"}},
    ),
    "Petition": _object("A petition without its text.", **_petition),
    "WholePetition": _object(
        "A petition with its text. `body` is Markdown, and `version` is the version of the text.",
        **_whole_petition,
    ),
    "Action": _object(
        "An action other than a petition, without its text.", kind=_kind, **_petition
    ),
    "WholeAction": _object(
        "An action with its text, and with what its form has besides the fields of a petition.",
        kind=_kind,
        **_whole_petition,
        form={
            "anyOf": [
                {"$ref": "#/components/schemas/LetterForm"},
                _object("Nothing, for a kind of action whose form is that of a petition."),
            ]
        },
    ),
    "LetterForm": _object(
        "What the form of a letter has. The letter is `opening`, the answers and `closing`, signed with the full name. Show all of it, and the line `delivery`, where people write.",
        subject=TEXT,
        opening=TEXT,
        prompts={
            "type": "array",
            "items": _object(
                "A question whose answer is part of the letter. Send it in `answers` by its name.",
                name=TEXT,
                label=TEXT,
                required={"type": "boolean"},
            ),
        },
        closing=TEXT,
        targets={
            "type": "array",
            "items": _object(
                "A person or body to write to. Send the `id` in `targets`.",
                id={"type": "integer"},
                name=TEXT,
                about=TEXT,
            ),
        },
        most_targets={"type": "integer", "minimum": 1},
        delivery=TEXT,
        offers_reply={
            "type": "boolean",
            "description": "Whether to ask if the targets may reply to the person's email address (`shares_address`).",
        },
        asks_postal_code={
            "type": "boolean",
            "description": "Whether the letter is signed with the postal code too. Say so where people write.",
        },
    ),
    "Answer": _object(
        "What a target answered. `body` is Markdown, in the language `lang`.",
        id={"type": "integer"},
        target=TEXT,
        answered_by={**TEXT, "description": "The person or office who answered, or empty."},
        date=DAY,
        outcome={
            "type": ["string", "null"],
            "enum": ["promised", "partly", "done", "refused", None],
            "description": "Null if the target only answered.",
        },
        body=TEXT,
        lang=LANG,
        languages={"type": "array", "items": LANG},
        written_by_target={
            "type": "boolean",
            "description": "Whether the target wrote it on this site, rather than an organizer.",
        },
        document={**_or_null(ADDRESS), "description": "A PDF or a picture, or null."},
    ),
    "Signature": _object(
        "A counted signature, with the name as the person chose to show it. `number` is its butterfly number.",
        number={"type": "integer", "minimum": 1},
        name=TEXT,
        name_display={"type": "string", "enum": ["full", "initials"]},
        country=COUNTRY,
        date={"type": "string", "format": "date"},
        comment=TEXT,
    ),
    "Tally": _object(
        "The number of signatures of a petition, and its current goal.",
        petition=TEXT,
        count=COUNT,
        goal=_or_null(COUNT),
        to_go=_or_null(COUNT),
    ),
    "Event": _object(
        "An event.",
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
        "description": "The fields of the petition's form. Each petition decides which others are required.",
        "properties": _new_signature,
        "required": ["given_name", "email"],
    },
    "NewResponse": {
        "type": "object",
        "description": "The fields of the action's form. The last two are those of a letter.",
        "properties": {
            **_new_signature,
            "targets": {
                "type": "array",
                "items": {"type": "integer"},
                "description": "The ids of the targets that the person chose. It may be missing if there is only one.",
            },
            "shares_address": {
                "type": "boolean",
                "default": False,
                "description": "Whether the targets may reply to the person's email address.",
            },
        },
        "required": ["given_name", "email"],
    },
    "Taken": _object(
        "`pending`: the person must confirm by email. `taken`: it counts without that, because the partner is trusted.",
        status={"type": "string", "enum": ["pending", "taken"]},
    ),
    "Causes": _list("causes", "Cause"),
    "Petitions": _list("petitions", "Petition"),
    "Actions": _list("actions", "Action"),
    "Signatures": _list("signatures", "Signature"),
    "Events": _list("events", "Event"),
}
