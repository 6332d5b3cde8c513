"""What the page of an action says about its letters."""

from dataclasses import dataclass
from typing import Any

from flask import g

from campaign.actions.letters.editing import letter_settings, letter_texts_of
from campaign.actions.letters.models import LETTER, SENT_BY_US
from campaign.actions.letters.queries import LetterCounts, letter_counts, total_of
from campaign.actions.letters.readiness import profiles_of, reaches
from campaign.organize.petitions.labels import WAY_LABELS
from campaign.petitions.models import Petition
from campaign.petitions.questions import prompts_among


@dataclass(frozen=True)
class LetterSummary:
    """The subject of a letter, how letters are delivered, and how many there are.

    In the languages of `untranslated`, the page has a text, but the letter has no subject.
    `reachable_count` of the `target_count` targets have an address that letters can be sent to.
    """

    subject: str
    untranslated: tuple[str, ...]
    prompts: int
    way: str
    way_label: Any
    is_sent_by_us: bool
    target_count: int
    reachable_count: int
    total: LetterCounts


def letter_summary(petition: Petition) -> LetterSummary | None:
    """Return the LetterSummary of a letter action, and None for another kind."""
    if petition.action_kind != LETTER:
        return None
    text = petition.current_version.text(g.lang, petition.original_lang)
    way = letter_settings(petition.id).way
    places = reaches(profiles_of(petition.id))
    return LetterSummary(
        subject=(text.kind_texts or {}).get("subject", ""),
        untranslated=tuple(
            lang for lang, parts in letter_texts_of(petition).items() if not parts["subject"]
        ),
        prompts=len(prompts_among(petition.questions)),
        way=way,
        way_label=WAY_LABELS[way],
        is_sent_by_us=way in SENT_BY_US,
        target_count=len(places),
        reachable_count=sum(bool(place.address) for place in places),
        total=total_of(letter_counts(petition.id, g.lang)),
    )
