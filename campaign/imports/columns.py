"""Which column of a file holds what: guessed from its heading, and put right by an organizer."""

import re
import tomllib
from pathlib import Path

from campaign.imports.values import is_state
from campaign.text.names import name_key

FIELDS = (
    *("given_name", "family_name", "full_name", "email", "country", "postal_code", "comment"),
    *("name_display", "subscribe", "lang", "signed_at", "sheet", "row", "state"),
)
ANSWER_PREFIX = "answers-"
_NAMES = tomllib.loads((Path(__file__).parent / "data" / "column_names.toml").read_text("utf-8"))
# "Nombre(s)", "E-mail (optional)".
_IN_BRACKETS = re.compile(r"\([^)]{0,200}\)")
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}


def fields_for(questions):
    """Return all that a column can hold under a petition with these own questions."""
    return (*FIELDS, *(ANSWER_PREFIX + question["name"] for question in questions))


def guessed(heading, questions=()):
    """Return {place of the column: field} for the cells of a heading that say something to us; no field twice."""
    mapping, taken = {}, set()
    asked = {
        _plain(words): ANSWER_PREFIX + each["name"]
        for each in questions
        for words in _words_of(each)
    }
    for place, cell in enumerate(heading):
        names = (_plain(cell), _plain(_IN_BRACKETS.sub(" ", cell)))
        found = next(
            (known[name] for name in names for known in (_FIELD_OF, asked) if name in known), None
        )
        if found and found not in taken:
            taken.add(found)
            mapping[place] = found
    # "Name" beside a given name or a family name is the other half, not the whole.
    halves = {"given_name": "family_name", "family_name": "given_name"}
    for place, found in mapping.items():
        if found == "full_name" and len(taken & halves.keys()) == 1:
            [here] = taken & halves.keys()
            mapping[place] = halves[here]
    return mapping


def are_places(cells):
    """Return whether a column named as the state of a signature is holds regions, as "Estado" does on Mexican sheets."""
    return not all(is_state(cell) for cell in cells)


def is_heading(cells, questions=()):
    """Return whether a file's first row names its columns rather than a person."""
    return bool(guessed(cells, questions))


def typed_of(cells, mapping):
    """Return what a row says as {field: text}; `mapping` is {place of the column: field}."""
    return {field: cells[place] if place < len(cells) else "" for place, field in mapping.items()}


def _words_of(question):
    name = question["name"]
    return (ANSWER_PREFIX + name, name, *question["label"].values())


def _plain(text):
    return name_key(text[:200].replace("_", " "), "")
