"""Edit a letter action: the texts and prompts of its letter, and how its letters are delivered.

Each function takes the `version` of the part `letter` that the editor's form showed, None without a
form. It raises EditConflict if another editor has saved that part since.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from campaign.actions.letters.models import DEFAULT_MAX_PER_HOUR, LETTER, LetterSettings
from campaign.actions.letters.readiness import missing
from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.petitions.models import Petition
from campaign.petitions.questions import PROMPT, prompts_among, without_prompts
from campaign.petitions.readiness import Fault, PetitionNotReady
from campaign.petitions.versions import texts_of, update_versions

# The part of a petition that these forms edit.
PART = "letter"
TEXT_NAMES = ("subject", "opening", "closing")
# What is missing because of the texts, and because of the settings.
TEXT_FAULTS = ("subject", "opening")
SETTINGS_FAULTS = ("area", "address", "mail")
SETTINGS = ("delivery_method", "period", "selection", "max_per_hour", "offers_reply")


def delivers_by_hand(petition: Petition) -> bool:
    """Return whether organizers deliver what people signed or wrote, and it is not emailed."""
    return (
        petition.action_kind != LETTER
        or letter_settings(petition.id).delivery_method == "in_person"
    )


def letter_settings(petition_id: int) -> LetterSettings:
    """Return how an action delivers its letters. Without a row, supporters send them themselves."""
    return db.session.get(LetterSettings, petition_id) or LetterSettings(
        petition_id=petition_id,
        delivery_method="self",
        period="week",
        selection="list",
        max_per_hour=DEFAULT_MAX_PER_HOUR,
        offers_reply=True,
    )


def has_letter_settings(petition_id: int) -> bool:
    """Return whether someone chose how an action delivers its letters."""
    return db.session.get(LetterSettings, petition_id) is not None


def letter_texts_of(petition: Petition) -> dict[str, dict[str, str]]:
    """Return {language: {name: text}} of the current letter. Each language has all TEXT_NAMES."""
    return {
        text.lang: {name: (text.kind_texts or {}).get(name, "") for name in TEXT_NAMES}
        for text in petition.current_version.texts
    }


def named_prompts(petition: Petition, prompts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the prompts as a petition stores them.

    Each of `prompts` has `name`, empty for a new one, `label` and `required`. A new one gets a name
    that no prompt had before, because answers are stored by name.
    """
    of_versions = [version.questions for version in petition.versions]
    used = {
        prompt["name"]
        for questions in (petition.questions, *of_versions)
        for prompt in prompts_among(questions)
    }
    free = (name for number in count(1) if (name := f"answer_{number}") not in used)
    # A name that was sent for two rows stays with the first.
    left, named = set(used), []
    for prompt in prompts:
        name = prompt["name"] if prompt["name"] in left else next(free)
        left.discard(name)
        named.append({**prompt, "name": name, "type": PROMPT})
    return named


def questions_with(
    petition: Petition, prompts: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return all questions of an action with these prompts, which come first."""
    return [*named_prompts(petition, prompts), *without_prompts(petition.questions)]


def version_texts(
    petition: Petition, texts: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, Any]]:
    """Return the texts of a version with these of the letter, by language."""
    versioned = {}
    for lang, columns in texts_of(petition.current_version).items():
        letter = dict(texts.get(lang, columns.pop("kind_texts", {})))
        columns.pop("kind_texts", None)
        versioned[lang] = {**columns, **({"kind_texts": letter} if any(letter.values()) else {})}
    return versioned


def change_letter_text(
    *,
    petition_id: int,
    version: int | None,
    texts: Mapping[str, Mapping[str, str]],
    prompts: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Petition:
    """Set the texts of the letter by language, and its prompts. Other questions stay.

    Once the action has opened, each change makes a new version. Raise PetitionNotReady if a public
    action would lose what its letter needs.
    """
    petition = load_for_update(Petition, petition_id)
    if letter_texts_of(petition) == {**letter_texts_of(petition), **texts} and questions_with(
        petition, prompts
    ) == list(petition.questions):
        # The button was pressed twice or nothing was changed, so we make no new version.
        return petition
    check_part(petition, PART, version)
    petition.questions = questions_with(petition, prompts)
    update_versions(petition, now, version_texts(petition, texts))
    db.session.flush()
    _demand(petition, TEXT_FAULTS)
    return petition


def change_letter_settings(*, petition_id: int, version: int | None, **settings: Any) -> Petition:
    """Set how letters are delivered. `settings` are all of SETTINGS.

    Letters that were written before keep their delivery method. Raise PetitionNotReady if a public
    action could not deliver letters in the new way.
    """
    petition = load_for_update(Petition, petition_id)
    check_part(petition, PART, version)
    row = db.session.get(LetterSettings, petition_id) or LetterSettings(petition_id=petition_id)
    for name in SETTINGS:
        setattr(row, name, settings[name])
    db.session.add(row)
    db.session.flush()
    _demand(petition, SETTINGS_FAULTS)
    return petition


def copy_letter_settings(*, from_petition_id: int, to_petition_id: int) -> None:
    """Copy how one action delivers its letters to another one, which has no such settings yet."""
    row = db.session.get(LetterSettings, from_petition_id)
    if row is not None:
        copied = {name: getattr(row, name) for name in SETTINGS}
        db.session.add(LetterSettings(petition_id=to_petition_id, **copied))
        db.session.flush()


def _demand(petition: Petition, codes: Collection[str]) -> None:
    faults = [Fault(code, lang) for code, lang in missing(petition.id) if code in codes]
    if petition.state != "draft" and faults:
        raise PetitionNotReady(faults)
