"""What all letters of one action have in common, read once for many letters."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaign.actions.letters.form.targets import offered_targets, settings_of
from campaign.actions.letters.models import LetterSettings
from campaign.actions.letters.text import composition
from campaign.actions.letters.text.composition import ComposedLetter, LetterTexts, Writer
from campaign.actions.letters.text.likeness import Likeness, measure, shingles
from campaign.extensions import db
from campaign.i18n.fallbacks import best_of
from campaign.petitions.models import Petition, PetitionText, PetitionVersion
from campaign.petitions.questions import prompts_among
from campaign.signatures.models import Signature
from campaign.site.settings import local_day
from campaign.targets.models import TargetProfile

# A text that is passed around is in one of the newest letters.
COMPARED_LETTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterAction:
    """An action, how it delivers letters, and its present targets by the id of their profile.

    `versions` maps the id of a version to its texts by language. `shared` are the shingles of what
    others wrote.
    """

    petition: Petition
    settings: LetterSettings
    targets: Mapping[int, TargetProfile]
    versions: Mapping[int, Mapping[str, PetitionText]]
    shared: set[int]
    _texts: dict[tuple[int, str], LetterTexts] = field(default_factory=dict)
    _fixed: dict[str, set[int]] = field(default_factory=dict)
    _greetings: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)

    def texts(self, version_id: int, lang: str) -> LetterTexts:
        """Return the fixed texts of a version that a writer of `lang` gets.

        A language in which the page has a text, but the letter has none, gets another language's.
        """
        key = (version_id, lang)
        if key not in self._texts:
            texts = self.versions.get(version_id, {})
            written = {tag: text for tag, text in texts.items() if text.kind_texts}
            text = best_of(written or texts, lang, self.petition.original_lang)
            self._texts[key] = (
                LetterTexts(lang=lang) if text is None else composition.letter_texts(text)
            )
        return self._texts[key]

    def paragraphs(self, answers: Mapping[str, Any]) -> list[str]:
        """Return what was entered at the prompts, without empty ones."""
        return composition.entered_paragraphs(self.petition.questions, answers)

    def compose(
        self,
        profile: TargetProfile | None,
        texts: LetterTexts,
        paragraphs: Sequence[str],
        writer: Writer,
    ) -> ComposedLetter:
        """Return the letter to one target, without a salutation if it no longer exists."""
        salutation, name = self._greeting(profile, texts.lang) if profile else ("", "")
        return composition.compose(
            texts=texts,
            salutation=salutation,
            target_name=name,
            paragraphs=paragraphs,
            writer=writer,
        )

    def writer(
        self, *, given_name: str, family_name: str, country: str, postal_code: str
    ) -> Writer:
        """Return who signs. The postal code is included only if the action asks for it."""
        return Writer(
            name=" ".join(filter(None, (given_name, family_name))),
            country=country,
            postal_code=postal_code if asks_postal_code(self.petition, self.settings) else "",
        )

    def likeness(self, texts: LetterTexts, paragraphs: Sequence[str]) -> Likeness:
        """Return how much of a letter is its writer's own."""
        if texts.lang not in self._fixed:
            prompts = prompts_among(self.petition.questions)
            labels = [label for prompt in prompts for label in prompt["label"].values()]
            fixed = (texts.subject, texts.opening, texts.closing)
            self._fixed[texts.lang] = shingles((*fixed, *labels))
        return measure(
            fixed=(texts.opening, texts.closing),
            entered=paragraphs,
            known=(self._fixed[texts.lang], self.shared),
        )

    def compare_with(self, paragraphs: Sequence[str]) -> None:
        """Compare the letters that follow with this one too."""
        self.shared.update(shingles(paragraphs))

    def delivery_method(self, likeness: Likeness) -> str:
        """Return how a letter is delivered, one of DELIVERY_METHODS."""
        if self.settings.delivery_method == "individual" and not likeness.is_personal:
            return "gathered"
        return self.settings.delivery_method

    def _greeting(self, profile: TargetProfile, lang: str) -> tuple[str, str]:
        key = (profile.id, lang)
        if key not in self._greetings:
            self._greetings[key] = (
                composition.salutation(profile, lang),
                composition.target_name(profile, lang),
            )
        return self._greetings[key]


def load_letter_action(
    petition_id: int, *, except_signatures: Collection[int] = (), now: datetime
) -> LetterAction:
    """Return the LetterAction of a petition. What `except_signatures` wrote is not compared with.

    Its targets are those that can be written to on the day of `now`.
    """
    petition = db.session.get_one(Petition, petition_id)
    texts: dict[int, dict[str, PetitionText]] = {}
    for text in db.session.scalars(
        select(PetitionText)
        .join(PetitionVersion, PetitionVersion.id == PetitionText.version_id)
        .where(PetitionVersion.petition_id == petition_id)
        .order_by(PetitionText.lang)
    ):
        texts.setdefault(text.version_id, {})[text.lang] = text
    others = db.session.scalars(
        select(Signature.answers)
        .where(
            Signature.petition_id == petition_id,
            Signature.state == "counted",
            Signature.id.not_in(except_signatures),
        )
        .order_by(Signature.id.desc())
        .limit(COMPARED_LETTERS)
    )
    return LetterAction(
        petition=petition,
        settings=settings_of(petition_id),
        targets={target.id: target for target in offered_targets(petition_id, local_day(now))},
        versions=texts,
        shared=shingles(
            text
            for answers in others
            for text in composition.entered_paragraphs(petition.questions, answers)
        ),
    )


def chosen_targets(kind_data: Mapping[str, Any] | None) -> list[int]:
    """Return the ids of the profiles that a supporter chose, each once, in their order."""
    chosen = (kind_data or {}).get("targets")
    ids: Iterable[Any] = chosen if isinstance(chosen, list) else ()
    return list(dict.fromkeys(i for i in ids if isinstance(i, int) and not isinstance(i, bool)))


def asks_postal_code(petition: Petition, settings: LetterSettings) -> bool:
    """Return whether every writer enters a postal code."""
    return "postal_code" in petition.required_fields or settings.selection == "area"
