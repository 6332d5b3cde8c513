"""The kinds of action: the petition, and those that other packages register.

An action of any kind is a row of `petition`, and a response to it a row of `signature`. A kind says
only how it differs from a petition.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, current_app, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from campaign.notices.composition import Subject

PETITION = "petition"


class NoteCounted(Protocol):
    """What a kind does in the transaction that counts responses."""

    def __call__(self, *, signature_ids: Sequence[int], now: datetime) -> None:
        """Note that these responses were counted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTexts:
    """What pages that all kinds share say about one kind.

    `noun` names the action. `call` asks for a response, `read_call` to read the action first, and
    `form_title` is above the form. `button` is on the form's button, if not `call`. `confirm_title`
    asks about an unconfirmed response, and `confirm_named` asks the person with a `name`.
    `confirm_lead` is below it, `confirm_button` confirms. `check_email` follows the form: what the
    email is for. `ask_title` asks to invite someone. `one` and `many` label a count, `recent` the
    list of people, and `be_first` an empty one. `email_hint` says what the address is for,
    `withdraw` that one may change one's mind. `unshared` opens the page without the link of another
    supporter, and `printed` has the `address` for readers of paper. `counted` says what happens
    after it is counted.
    """

    noun: LazyString
    call: LazyString
    read_call: LazyString
    form_title: LazyString
    closed: LazyString
    confirm_title: LazyString
    confirm_named: LazyString
    confirm_lead: LazyString
    confirm_button: LazyString
    check_email: LazyString
    ask_title: LazyString
    one: LazyString
    many: LazyString
    recent: LazyString
    be_first: LazyString
    email_hint: LazyString
    withdraw: LazyString
    unshared: LazyString
    printed: LazyString
    button: LazyString | None = None
    counted: LazyString | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionKind:
    """How a kind of action differs from a petition.

    `name` is stored in the database. `notice` is the subject of its privacy notice. `show` and
    `submit` are the endpoints of the page and of its form. `emails` maps the template of an email
    about signatures to the one of this kind.

    `fields` returns the fields that the form has beside those of a petition, by name, for the
    action with this id and a language. What was entered is stored in `Signature.kind_data`.
    `earlier_fields` are those for a form that was filled in offline, maybe days ago, if they
    differ. `form_data` returns what the form shows beside that of a petition as JSON can hold it,
    for tablets and partners. With `needs_email`, only its supporter confirms a response, by email:
    neither a witness at a table nor a partner does. `delivered` returns what targets get of a
    response to the action with this id, as a list and as a sentence, where no organizer chooses it.
    `missing` returns what must be filled in before the action with this id is published: pairs of a
    name, and a language or "". `confirmed_url` returns where a response leads when it is confirmed,
    if not to its number.

    Parts of pages are made from what the page has. `form_part` gets the action's page, its form and
    a language. `confirm_part` gets an unconfirmed form and a language. `own_part` gets a response
    and the token of "What I signed". `downloaded_part` returns what the copy of one's data has of a
    response.
    """

    name: str
    show: str
    submit: str
    texts: ActionTexts
    has_comment: bool = True
    notice: Subject = "signature"
    emails: Mapping[str, str] = field(default_factory=dict)
    needs_email: bool = False
    fields: Callable[[int, str], Mapping[str, Any]] | None = None
    earlier_fields: Callable[[int, str], Mapping[str, Any]] | None = None
    form_data: Callable[[int, str], Mapping[str, Any]] | None = None
    delivered: Callable[[int], tuple[str, str]] | None = None
    missing: Callable[[int], Sequence[tuple[str, str]]] | None = None
    confirmed_url: Callable[[Any], str | None] | None = None
    form_part: Callable[[Any, Any, str], Markup] | None = None
    confirm_part: Callable[[Any, str], Markup] | None = None
    own_part: Callable[[Any, str], Markup] | None = None
    downloaded_part: Callable[[Any], Mapping[str, Any]] | None = None
    note_counted: NoteCounted | None = None

    @property
    def collection(self) -> str:
        """Return the part of its addresses before the slug."""
        return "petitions" if self.name == PETITION else "actions"


PETITION_KIND = ActionKind(
    name=PETITION,
    show="petitions.show",
    submit="signatures.sign",
    texts=ActionTexts(
        noun=_l("Petition"),
        call=_l("Sign the petition"),
        read_call=_l("Read and sign"),
        form_title=_l("Add your name"),
        closed=_l("This petition is closed"),
        confirm_title=_l("Is this your signature?"),
        confirm_named=_l("%(name)s, is this your signature?"),
        confirm_lead=_l("Check what we will record. Then press the button to sign."),
        confirm_button=_l("Yes, this is my signature"),
        check_email=_l(
            "Open it and press the button to confirm your signature. It is not counted until then."
        ),
        ask_title=_l("Ask one person to sign"),
        one=_l("signature"),
        many=_l("signatures"),
        recent=_l("Recent signatures"),
        be_first=_l("Be the first to sign."),
        email_hint=_l(
            "We email you a link to confirm your signature. We never show your email address in public."
        ),
        withdraw=_l("You can withdraw at any time."),
        unshared=_l("Sign without their link"),
        printed=_l("Sign at %(address)s"),
    ),
)


class Action(Protocol):
    """An action of some kind: a Petition, or its card."""

    @property
    def slug(self) -> str:
        """Return the last part of its address."""
        ...

    @property
    def action_kind(self) -> str:
        """Return the name of its kind."""
        ...


def init_app(app: Flask) -> None:
    """Make the petition the first kind of action."""
    app.extensions["action_kinds"] = {PETITION: PETITION_KIND}
    app.add_template_global(action_url)
    app.add_template_global(kind_of, "action_kind")


def register_kind(app: Flask, kind: ActionKind) -> None:
    """Add a kind of action."""
    app.extensions["action_kinds"][kind.name] = kind


def kind_of(name: str) -> ActionKind:
    """Return the kind with this name. Raises KeyError if no package registered it."""
    kinds: dict[str, ActionKind] = current_app.extensions["action_kinds"]
    return kinds[name]


def action_url(action: Action, **values: Any) -> str:
    """Return the path of the page of an action. `values` are other parts and the query."""
    return url_for(kind_of(action.action_kind).show, slug=action.slug, **values)
