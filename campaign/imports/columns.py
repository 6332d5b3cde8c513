"""Map the columns of a file to fields: guessed from the heading, corrected by an organizer."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from campaign.imports.values import is_state
from campaign.petitions.questions import ANSWER_PREFIX
from campaign.text.names import name_key

FIELDS = (
    *("given_name", "family_name", "full_name", "email", "country", "postal_code", "comment"),
    *("name_display", "subscribe", "tell_answer", "lang", "signed_at", "sheet", "row", "state"),
)
_NAMES = tomllib.loads((Path(__file__).parent / "data" / "column_names.toml").read_text("utf-8"))
# Matches the brackets in headings such as "Nombre(s)" and "Email (optional)".
_IN_BRACKETS = re.compile(r"\([^)]{0,200}\)")
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}


def fields_for(questions: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return all fields that a column can hold for a petition with these additional questions."""
    return (*FIELDS, *(ANSWER_PREFIX + question["name"] for question in questions))


def guess_columns(
    heading: Iterable[str], questions: Iterable[Mapping[str, Any]] = ()
) -> dict[int, str]:
    """Return {index of the column: field} for the known headings, each field at most once."""
    mapping, taken = {}, set()
    own_questions = {
        _normalize(label): ANSWER_PREFIX + question["name"]
        for question in questions
        for label in _labels_of(question)
    }
    for index, cell in enumerate(heading):
        names = (_normalize(cell), _normalize(_IN_BRACKETS.sub(" ", cell)))
        field = next(
            (
                fields[name]
                for name in names
                for fields in (_FIELD_OF, own_questions)
                if name in fields
            ),
            None,
        )
        if field and field not in taken:
            taken.add(field)
            mapping[index] = field
    # A "Name" column next to a given or family name column is the other half, not the full name.
    halves = {"given_name": "family_name", "family_name": "given_name"}
    for index, field in mapping.items():
        if field == "full_name" and len(taken & halves.keys()) == 1:
            [half] = taken & halves.keys()
            mapping[index] = halves[half]
    return mapping


def are_regions(cells: Iterable[str]) -> bool:
    """Return whether a column headed as signature state holds regions instead.

    In Spanish, "Estado" is also a region.
    """
    return not all(is_state(cell) for cell in cells)


def is_heading(cells: Iterable[str], questions: Iterable[Mapping[str, Any]] = ()) -> bool:
    """Return whether a file's first row names its columns rather than a person."""
    return bool(guess_columns(cells, questions))


def cells_by_field(cells: Sequence[str], mapping: Mapping[int, str]) -> dict[str, str]:
    """Return a row as {field: text}; `mapping` is {index of the column: field}."""
    return {field: cells[index] if index < len(cells) else "" for index, field in mapping.items()}


def _labels_of(question: Mapping[str, Any]) -> tuple[str, ...]:
    name = question["name"]
    return (ANSWER_PREFIX + name, name, *question["label"].values())


def _normalize(text: str) -> str:
    return name_key(text[:200].replace("_", " "), "")
