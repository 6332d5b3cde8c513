"""A letter's form as data, for tablets and partners, which show it themselves."""

from typing import Any, cast

from flask_babel import force_locale

from campaign.actions.letters.form.page import delivery_sentence
from campaign.actions.letters.form.targets import MAX_TARGETS, offered_targets, settings_of
from campaign.actions.letters.text.composition import letter_texts
from campaign.actions.letters.text.letter_actions import asks_postal_code
from campaign.i18n.locales import locale_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.questions import in_language, prompts_among
from campaign.process.clock import utcnow
from campaign.site.settings import local_day
from campaign.targets.presenters import TargetCard, target_card


def form_data(action_id: int, lang: str) -> dict[str, Any]:
    """Return what the form asks and shows besides that of a petition, as plain values."""
    petition, settings = cast(Petition, petition_by_id(action_id)), settings_of(action_id)
    texts = letter_texts(petition.current_version.text(lang, petition.original_lang))
    prompts = (in_language(prompt, lang) for prompt in prompts_among(petition.questions))
    with force_locale(locale_of(lang)):
        delivery = delivery_sentence(settings)
    return {
        "subject": texts.subject,
        "opening": texts.opening,
        "prompts": [
            {name: prompt[name] for name in ("name", "label", "required")} for prompt in prompts
        ],
        "closing": texts.closing,
        "targets": [
            _target(target_card(target, lang))
            for target in offered_targets(action_id, local_day(utcnow()))
        ],
        "most_targets": MAX_TARGETS,
        "delivery": delivery,
        "offers_reply": settings.offers_reply
        and settings.delivery_method in ("individual", "gathered"),
        "asks_postal_code": asks_postal_code(petition, settings),
    }


def _target(card: TargetCard) -> dict[str, Any]:
    about = (card.office, card.body, card.party, card.area_name)
    return {"id": card.id, "name": card.name, "about": " · ".join(filter(None, about))}
