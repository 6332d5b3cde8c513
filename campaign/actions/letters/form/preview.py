"""A letter as its writer sees it before it is sent, and how it will be delivered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign.actions.letters.text.composition import ComposedLetter
from campaign.actions.letters.text.letter_actions import load_letter_action
from campaign.actions.letters.text.likeness import Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPreview:
    """The letters to the chosen targets, and how they will be delivered.

    `action_delivery_method` is that of personal letters. Without a chosen target, `letters` are
    empty, but the likeness is known.
    """

    letters: tuple[ComposedLetter, ...]
    likeness: Likeness
    delivery_method: str
    action_delivery_method: str

    @property
    def becomes_gathered(self) -> bool:
        """Return whether it is gathered although the action sends personal letters one by one."""
        return self.delivery_method != self.action_delivery_method


def preview(
    *,
    petition_id: int,
    version_id: int,
    lang: str,
    target_ids: Sequence[int],
    answers: Mapping[str, Any],
    given_name: str,
    family_name: str,
    country: str,
    postal_code: str,
    now: datetime,
    signature_id: int | None = None,
) -> LetterPreview:
    """Return the LetterPreview of what was entered so far.

    `answers` are by the names of the prompts. `signature_id` is the response that they are of, if
    it exists. Targets that the action no longer writes to are left out.
    """
    action = load_letter_action(
        petition_id,
        except_signatures=() if signature_id is None else (signature_id,),
        now=now,
    )
    texts = action.texts(version_id, lang)
    paragraphs = action.paragraphs(answers)
    likeness = action.likeness(texts, paragraphs)
    writer = action.writer(
        given_name=given_name, family_name=family_name, country=country, postal_code=postal_code
    )
    targets = (action.targets.get(target_id) for target_id in target_ids)
    return LetterPreview(
        letters=tuple(
            action.compose(profile, texts, paragraphs, writer)
            for profile in targets
            if profile is not None
        ),
        likeness=likeness,
        delivery_method=action.delivery_method(likeness),
        action_delivery_method=action.settings.delivery_method,
    )
