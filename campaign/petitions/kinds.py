"""The kinds of action: the petition, and those that other packages register.

An action of any kind is a row of `petition`, and a response to it a row of `signature`. A kind says
only in what it differs from a petition.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

PETITION = "petition"


class NoteCounted(Protocol):
    """What a kind does in the transaction that counts responses."""

    def __call__(self, *, signature_ids: Sequence[int], now: datetime) -> None:
        """Note that these responses were counted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionKind:
    """In what a kind of action differs from a petition.

    `name` is stored in the database. `show` and `submit` are the endpoints of the page and of its
    form. `noun` is what a supporter gives, `call` asks for it, and `call_again` asks for another
    one. `emails` maps the template of an email about signatures to the one of this kind.

    `fields` returns the fields that the form has beside those of a petition, by name, for the
    petition with this id. What was entered is stored in `Signature.kind_data`. `page_context`
    returns what its page needs beside the context of a petition. `missing` returns the names of
    what must be filled in before the action with this id is published.
    """

    name: str
    show: str
    submit: str
    noun: LazyString
    call: LazyString
    emails: Mapping[str, str] = field(default_factory=dict)
    fields: Callable[[int, str], Mapping[str, Any]] | None = None
    page_context: Callable[[int, str], Mapping[str, Any]] | None = None
    missing: Callable[[int], Sequence[str]] | None = None
    note_counted: NoteCounted | None = None


PETITION_KIND = ActionKind(
    name=PETITION,
    show="petitions.show",
    submit="signatures.sign",
    noun=_l("Petition"),
    call=_l("Sign the petition"),
)


def init_app(app: Flask) -> None:
    """Make the petition the first kind of action."""
    app.extensions["action_kinds"] = {PETITION: PETITION_KIND}


def register_kind(app: Flask, kind: ActionKind) -> None:
    """Add a kind of action."""
    app.extensions["action_kinds"][kind.name] = kind


def kind_of(name: str) -> ActionKind:
    """Return the kind with this name. Raises KeyError if no package registered it."""
    kinds: dict[str, ActionKind] = current_app.extensions["action_kinds"]
    return kinds[name]


def kinds() -> Sequence[ActionKind]:
    """Return all kinds, the petition first."""
    return list(current_app.extensions["action_kinds"].values())
