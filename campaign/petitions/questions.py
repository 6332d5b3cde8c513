"""The additional questions of a petition or an event: their form fields, and their texts."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from campaign.i18n.fallbacks import best_of, best_text

ANSWER_PREFIX = "answers-"
# A question whose answer is part of what a supporter writes. Its name is `answer_1`, `answer_2` …
PROMPT = "prompt"
MAX_LABEL_LENGTH = 200

Question = TypeVar("Question", bound=Mapping[str, Any])


def prompts_among(questions: Iterable[Question]) -> list[Question]:
    """Return those of the questions whose answers are part of what a supporter writes."""
    return [question for question in questions if question["type"] == PROMPT]


def without_prompts(questions: Iterable[Question]) -> list[Question]:
    """Return the other questions."""
    return [question for question in questions if question["type"] != PROMPT]


def field_name(question: Mapping[str, Any]) -> str:
    """Return the name of the form field for a question."""
    name: str = question["name"]
    return name if question["type"] == PROMPT else ANSWER_PREFIX + name


def in_language(question: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return a question with the texts that a reader of `lang` gets, and the name of its `field`.

    `choices` are pairs (stored value, label). The stored value is the same in every language.
    """
    by_lang = question.get("choices") or {}
    values = next(iter(by_lang.values()), ())
    return {
        **question,
        "field": field_name(question),
        "label": best_text(question["label"], lang),
        "choices": tuple(zip(values, best_of(by_lang, lang) or values, strict=True)),
        "required": bool(question.get("required")),
    }
