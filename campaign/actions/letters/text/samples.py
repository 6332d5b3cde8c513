"""A letter as its target would get it, with names of fields in place of what a supporter enters."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.actions.letters.readiness import profiles_of
from campaign.actions.letters.text import composition
from campaign.actions.letters.text.composition import ComposedLetter, LetterTexts, Writer
from campaign.i18n.fallbacks import best_text, nearest
from campaign.i18n.locales import INTERFACE_LANGUAGES, locale_of
from campaign.petitions.models import Petition
from campaign.petitions.questions import prompts_among
from campaign.targets.models import TargetProfile


def sample_letter(
    petition: Petition,
    lang: str,
    *,
    texts: Mapping[str, str] | None = None,
    prompts: Sequence[Mapping[str, Any]] | None = None,
) -> ComposedLetter:
    """Return the letter to the first target of an action, in the language `lang`.

    `texts` and `prompts` are entered ones. Without them, those that are saved.
    """
    text = petition.current_version.text(lang, petition.original_lang)
    known = texts if texts is not None else text.kind_texts or {}
    labels = prompts if prompts is not None else prompts_among(petition.questions)
    profile = next(iter(profiles_of(petition.id)), None)
    with force_locale(locale_of(nearest(INTERFACE_LANGUAGES, lang) or lang)):
        profile = profile or TargetProfile(
            names={lang: _("[Name of the target]")}, honorifics={}, salutations={}
        )
        return composition.compose(
            texts=LetterTexts(
                lang=lang,
                subject=known.get("subject") or text.title,
                opening=known.get("opening", ""),
                closing=known.get("closing", ""),
            ),
            salutation=composition.salutation(profile, lang),
            target_name=composition.target_name(profile, lang),
            paragraphs=[f"[{best_text(prompt['label'], lang)}]" for prompt in labels],
            writer=Writer(name=_("[Name of the supporter]")),
        )
