"""The page behind a confirmation link. It shows everything that confirming would record."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import get_locale
from flask_babel import gettext as _

from campaign.i18n.countries import country_name
from campaign.petitions.models import Petition
from campaign.petitions.presenters import in_language
from campaign.signatures import tokens
from campaign.signatures.models import Signature, shown_name
from campaign.signatures.pending_forms import UnconfirmedForm, private_choices
from campaign.text.email_addresses import is_same_address, mask

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
    """One form as its page shows it; `answers` are pairs of a question and its answer.

    `name_display` and `subscribe` are what would be recorded. `is_less_visible` and `has_less_news`
    say that this form asked for more.
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
    is_less_visible: bool
    has_less_news: bool
    at: datetime


def form_page(
    form: UnconfirmedForm, forms: list[UnconfirmedForm], petition: Petition, lang: str
) -> FormPage:
    """Return the FormPage of `form`, one of the `forms` that wait for the same signature."""
    choices = private_choices(forms)
    display, subscribe = choices["name_display"], choices["subscribe"]
    return FormPage(
        given_name=form.given_name,
        full_name=form.full_name,
        shown_name=shown_name(display, form.given_name, form.family_name),
        email=mask(form.email),
        country=country_name(form.country, str(get_locale())) if form.country else "",
        postal_code=form.postal_code,
        comment=form.comment,
        answers=tuple(_answers(form.answers, petition, lang)),
        name_display=display,
        subscribe=subscribe,
        is_less_visible=display != form.name_display,
        has_less_news=subscribe != form.subscribe,
        at=form.created_at,
    )


def other_forms(
    signature: Signature, form_id: int | None, email: str, forms: list[UnconfirmedForm]
) -> list[OtherForm]:
    """Return the other `forms` with exactly this address, newest first."""
    others = [form for form in forms if form.id != form_id and is_same_address(form.email, email)]
    return [
        OtherForm(_token(form, signature), form.full_name, form.created_at)
        for form in others[::-1][:MAX_OTHER_FORMS]
    ]


def _token(form: UnconfirmedForm, signature: Signature) -> str:
    return (
        tokens.token_for(tokens.CONFIRM, signature)
        if form.id is None
        else tokens.form_token(form.id, signature)
    )


def _answers(answers, petition, lang):
    asked = {question["name"]: in_language(question, lang) for question in petition.questions}
    for name, answer in answers.items():
        if answer not in ("", None, False):
            question = asked.get(name)
            yield (question["label"] if question else name), _in_words(answer, question)


def _in_words(answer, question):
    if answer is True:
        return _("Yes")
    return dict(question["choices"]).get(answer, answer) if question else answer
