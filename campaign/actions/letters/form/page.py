"""What the form of a letter shows: its targets, its fixed texts, and how it is delivered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.form import BaseForm

from campaign.actions.letters.delivery.addresses import refusing_among
from campaign.actions.letters.form.preview import preview
from campaign.actions.letters.form.targets import likely_targets, offered_targets, settings_of
from campaign.actions.letters.models import SENT_BY_US, LetterSettings
from campaign.actions.letters.text.composition import letter_texts
from campaign.actions.letters.text.letter_actions import asks_postal_code, chosen_targets
from campaign.petitions.models import Petition
from campaign.petitions.presenters import PetitionPage
from campaign.petitions.queries import petition_by_id
from campaign.petitions.questions import PROMPT
from campaign.process.clock import utcnow
from campaign.signatures.pending_forms import UnconfirmedForm
from campaign.site.settings import local_day
from campaign.targets.models import TargetProfile
from campaign.targets.presenters import TargetCard, target_card


@dataclass(frozen=True, slots=True)
class OfferedTarget:
    """A target in the form, and whether it is chosen.

    One that `refuses` asked us to send no more letters.
    """

    card: TargetCard
    is_chosen: bool
    refuses: bool


@dataclass(frozen=True, slots=True)
class LetterForm:
    """The parts of the form that only letters have.

    `likely` are the targets that may represent the supporter, and `others` the rest. They are found
    by area where `by_area`, and `was_looked_up` says whether a postal code was entered. `delivery`
    says in one line how letters reach them. `lang` is the language of the fixed texts.
    `asks_postal_code` says whether targets get the postal code too.
    """

    lang: str
    subject: str
    opening: str
    closing: str
    prompts: tuple[dict[str, Any], ...]
    likely: tuple[OfferedTarget, ...]
    others: tuple[OfferedTarget, ...]
    by_area: bool
    was_looked_up: bool
    delivery: str
    offers_reply: bool
    asks_postal_code: bool


def form_part(action: PetitionPage, form: BaseForm, lang: str) -> Markup:
    """Return what the form of an action shows before name and address."""
    letter = letter_form(action, form, lang)
    return Markup(render_template("letters/form.html", letter=letter, form=form))


def confirm_part(form: UnconfirmedForm, lang: str) -> Markup:
    """Return the letters that an unconfirmed form would send, and how they would be delivered."""
    shown = preview(
        petition_id=form.petition_id,
        version_id=form.version_id,
        lang=form.lang,
        target_ids=chosen_targets(form.kind_data),
        answers=form.answers,
        given_name=form.given_name or "",
        family_name=form.family_name or "",
        country=form.country,
        postal_code=form.postal_code,
        now=utcnow(),
    )
    return Markup(
        render_template(
            "letters/confirm.html",
            action=petition_by_id(form.petition_id),
            preview=shown,
            delivery=delivery_sentence(settings_of(form.petition_id)),
        )
    )


def letter_form(action: PetitionPage, form: BaseForm, lang: str) -> LetterForm:
    """Return the LetterForm of an action and its form as it was filled in."""
    petition = cast(Petition, petition_by_id(action.id))
    texts = letter_texts(petition.current_version.text(lang, petition.original_lang))
    settings = settings_of(action.id)
    targets = offered_targets(action.id, local_day(utcnow()))
    country, postal_code = form["country"].data or "", form["postal_code"].data or ""
    likely = likely_targets(targets, settings, country=country, postal_code=postal_code)
    chosen = set(form["targets"].data)
    if not chosen and len(likely) == 1:
        chosen = {likely[0].id}
    likely_ids = {target.id for target in likely}
    is_sent_by_us = settings.delivery_method in SENT_BY_US
    refusing = refusing_among(targets) if is_sent_by_us else frozenset[int]()
    return LetterForm(
        lang=texts.lang,
        subject=texts.subject,
        opening=texts.opening,
        closing=texts.closing,
        prompts=tuple(question for question in action.questions if question["type"] == PROMPT),
        likely=_offered(likely, chosen, refusing, lang),
        others=_offered(
            [row for row in targets if row.id not in likely_ids], chosen, refusing, lang
        ),
        by_area=settings.selection == "area",
        was_looked_up=bool(postal_code.strip()),
        delivery=delivery_sentence(settings),
        offers_reply=settings.offers_reply and is_sent_by_us,
        asks_postal_code=asks_postal_code(petition, settings),
    )


def delivered(action_id: int) -> tuple[str, str]:
    """Return what targets get of a letter, as a list and as a sentence."""
    if asks_postal_code(cast(Petition, petition_by_id(action_id)), settings_of(action_id)):
        return (
            _("your letter, with your full name, country and postal code"),
            _(
                "The people you choose get your letter, with your full name, country and postal code. We give them your email address only if you allow replies."
            ),
        )
    return (
        _("your letter, with your full name and country"),
        _(
            "The people you choose get your letter, with your full name and country. We give them your email address only if you allow replies."
        ),
    )


def delivery_sentence(settings: LetterSettings) -> str:
    """Return the line that says to supporters how letters reach their targets."""
    if settings.delivery_method == "individual":
        return _("After you confirm, we email your letter to them.")
    if settings.delivery_method == "gathered":
        return (
            _("Once a day, we email them all new letters together.")
            if settings.period == "day"
            else _("Once a week, we email them all new letters together.")
        )
    if settings.delivery_method == "in_person":
        return _("We print all letters and hand them over in person.")
    return _("After you confirm, you send your letter from your own email program.")


def _offered(
    targets: Sequence[TargetProfile],
    chosen: Collection[int],
    refusing: Collection[int],
    lang: str,
) -> tuple[OfferedTarget, ...]:
    return tuple(
        OfferedTarget(target_card(row, lang), row.id in chosen, row.id in refusing)
        for row in targets
    )
