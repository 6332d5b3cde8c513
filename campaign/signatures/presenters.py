"""What pages show around a signature: its petition, recent signers, what confirming records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.form import BaseForm

from campaign.causes.presenters import page as cause_page
from campaign.i18n.countries import country_name
from campaign.i18n.local_times import local_time
from campaign.i18n.locales import current_locale, locale_of
from campaign.organisations.presenters import show_organisation
from campaign.petitions.models import Petition
from campaign.petitions.presenters import cards_of_cause
from campaign.petitions.presenters import page as petition_page
from campaign.petitions.queries import petition_by_id, petition_by_slug, petition_counts
from campaign.petitions.questions import in_language
from campaign.security.small_counts import MIN_COUNT
from campaign.signatures import tokens
from campaign.signatures.models import Signature, shown_name
from campaign.signatures.pending_forms import UnconfirmedForm, private_choices
from campaign.signatures.queries import counted_only_since, newest_signers
from campaign.site.settings import site_settings
from campaign.text.email_addresses import is_same_address, mask


def petition_context_by_slug(slug: str, lang: str, now: datetime) -> dict[str, Any] | None:
    """Return the context of the petition's page, or None if there is no such public petition.

    Its keys are `petition`, `cause`, `signers`, `counted_only` and `other_petitions`, and what
    upper packages add with the extension `petition_page_parts`.
    """
    petition = petition_by_slug(slug)
    return None if petition is None else petition_context(petition, lang, now)


def petition_context(petition: Petition, lang: str, now: datetime) -> dict[str, Any]:
    """Return the same context for a loaded petition, in any state."""
    shown, counted_only = signers(petition.id, petition.cause_id, lang)
    context = {
        **shared_context(petition, lang, now),
        "signers": shown,
        "counted_only": counted_only,
    }
    for part in current_app.extensions["petition_page_parts"]:
        context |= part(petition, lang, now)
    return context


def signature_context(signature: Signature, lang: str, now: datetime) -> dict[str, Any]:
    """Return `petition`, `cause` and `other_petitions` for the pages that follow a signature."""
    petition = cast(Petition, petition_by_id(signature.petition_id))
    return shared_context(petition, lang, now)


def shared_context(petition: Petition, lang: str, now: datetime) -> dict[str, Any]:
    """Return `petition`, `cause` and `other_petitions` for a page about a loaded petition."""
    show_organisation(petition.cause.organisation_id)
    count = petition_counts([petition.id]).get(petition.id, 0)
    cards = cards_of_cause(petition.cause_id, lang, now)
    return {
        "petition": petition_page(petition, lang, count, now),
        "cause": cause_page(petition.cause, lang),
        "other_petitions": [
            card for card in cards if card.id != petition.id and card.state == "open"
        ],
    }


@dataclass(frozen=True)
class ShownSigner:
    """One shown signature: the name as its supporter chose, country, day, and approved comment."""

    number: int
    name: str
    place: str
    day: date
    comment: str


def signers(petition_id: int, cause_id: int, lang: str) -> tuple[list[ShownSigner], int]:
    """Return the newest shown signers, and how many since the oldest of them are counted only.

    The second number is 0 where it is below MIN_COUNT, so that it singles out nobody.
    """
    rows = newest_signers(petition_id)
    shown = [
        ShownSigner(
            number=cast(int, row.number),
            name=row.shown_name,
            place=country_name(row.country, locale_of(lang)) if row.country else "",
            day=local_time(row.confirmed_at or row.created_at, site_settings().time_zone).date(),
            comment=row.shared_comment,
        )
        for row in rows
    ]
    counted_only = (
        counted_only_since(cause_id, petition_id, cast(int, rows[-1].number)) if rows else 0
    )
    return shown, counted_only if counted_only >= MIN_COUNT else 0


# Nobody reads more of them, and more would not help anyone find their own.
MAX_OTHER_FORMS = 6
# The id to pass when all waiting forms are other forms.
NO_FORM = 0


@dataclass(frozen=True, slots=True)
class OtherForm:
    """Another waiting form with the same address: the token of its page, its name, and its time."""

    token: str
    full_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FormPage:
    """One form as its page shows it. `answers` are pairs of a question and its answer.

    `name_display`, `subscribe` and `tell_answer` are what would be recorded. `is_less_visible`,
    `has_less_news` and `has_fewer_answers` say that this form asked for more.
    """

    given_name: str
    full_name: str
    shown_name: str
    email: str
    country: str
    postal_code: str
    comment: str
    answers: tuple[tuple[str, str], ...]
    name_display: str
    subscribe: bool
    tell_answer: bool
    is_less_visible: bool
    has_less_news: bool
    has_fewer_answers: bool
    at: datetime


def form_page(
    form: UnconfirmedForm, forms: list[UnconfirmedForm], petition: Petition, lang: str
) -> FormPage:
    """Return the FormPage of `form`, one of the `forms` that wait for the same signature."""
    choices = private_choices(forms)
    display = choices["name_display"]
    return FormPage(
        given_name=form.given_name,
        full_name=form.full_name,
        shown_name=shown_name(display, form.given_name, form.family_name),
        email=mask(form.email),
        country=country_name(form.country, str(current_locale())) if form.country else "",
        postal_code=form.postal_code,
        comment=form.comment,
        answers=tuple(_answers(form.answers, petition, lang)),
        name_display=display,
        subscribe=choices["subscribe"],
        tell_answer=choices["tell_answer"],
        is_less_visible=display != form.name_display,
        has_less_news=choices["subscribe"] != form.subscribe,
        has_fewer_answers=choices["tell_answer"] != form.tell_answer,
        at=form.created_at,
    )


def other_forms(
    signature: Signature, form_id: int | None, email: str | None, forms: list[UnconfirmedForm]
) -> list[OtherForm]:
    """Return the other `forms` with exactly this address, newest first."""
    others = [form for form in forms if form.id != form_id and is_same_address(form.email, email)]
    return [
        OtherForm(tokens.confirm_token(signature, form.id), form.full_name, form.created_at)
        for form in others[::-1][:MAX_OTHER_FORMS]
    ]


def _answers(
    answers: Mapping[str, Any], petition: Petition, lang: str
) -> Iterator[tuple[str, str]]:
    questions = {question["name"]: in_language(question, lang) for question in petition.questions}
    for name, answer in answers.items():
        if answer not in ("", None, False):
            question = questions.get(name)
            yield (question["label"] if question else name), _answer_text(answer, question)


def _answer_text(answer: Any, question: Mapping[str, Any] | None) -> str:
    if answer is True:
        return _("Yes")
    return cast(str, dict(question["choices"]).get(answer, answer) if question else answer)


REASONS = {
    404: ("unknown", _l("We found no petition at this address.")),
    409: ("not_yet_open", _l("This petition is not open for signatures yet.")),
    410: ("closed", _l("This petition is closed. It is no longer collecting signatures.")),
    503: ("busy", _l("We could not save your signature. Try again in a few seconds.")),
}


def refusal(
    status: int, form: BaseForm | None = None, petition: Petition | None = None
) -> dict[str, Any]:
    """Return the body of the JSON answer with this HTTP status.

    It holds the form's errors by field, or a code and a sentence. A `petition` adds when it opens
    or closes, where that is set.
    """
    if status not in REASONS:
        return {
            "errors": {
                name: [str(fault) for fault in faults]
                for name, faults in cast(BaseForm, form).errors.items()
            }
        }
    code, sentence = REASONS[status]
    return {
        "status": code,
        "message": str(sentence),
        **(_opening_or_closing(status, petition) if petition else {}),
    }


def _opening_or_closing(status: int, petition: Petition) -> dict[str, str]:
    name, moment = (
        ("opens_at", petition.opens_at) if status == 409 else ("closes_at", petition.ends_at)
    )
    return {name: moment.isoformat(timespec="seconds")} if moment else {}
