"""The wording of organizers in emails and pages around signing: its limits and placeholders.

Organizers change only what is said beside the facts. They cannot change what someone is asked to
confirm, who publishes it, why they get the email and how to ignore it, the button and the links.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from typing import TypeVar
from unicodedata import normalize

from flask import Flask

from campaign.errors import CampaignError
from campaign.i18n.fallbacks import nearest
from campaign.petitions.models import (
    MAX_SENTENCE_LENGTH,
    MAX_SUBJECT_LENGTH,
    MAX_THANKS_LENGTH,
    Petition,
    PetitionWording,
)
from campaign.text.names import has_link

PART = "wording"
NAME, NUMBER = "name", "number"

_PLACEHOLDER = re.compile(r"\{([^{}\n]{0,40})\}")
# Mail programs write these before the subject of an answer or of a forwarded email.
_REPLY = re.compile(
    r"\W*(?:re|aw|antw|sv|vs|res|fwd?|rv|tr|wg|enc)\s*(?:[\[(]\d+[\])])?\s*:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TextRules:
    """The limits of one text: its length, and the placeholders it may have."""

    max_length: int
    placeholders: Collection[str] = ()
    is_subject: bool = False
    has_lines: bool = False


TEXTS = {
    "confirm_subject": TextRules(MAX_SUBJECT_LENGTH, (NAME,), is_subject=True),
    "confirm_opening": TextRules(MAX_SENTENCE_LENGTH, (NAME,)),
    "reminder_subject": TextRules(MAX_SUBJECT_LENGTH, (NAME,), is_subject=True),
    "reminder_opening": TextRules(MAX_SENTENCE_LENGTH, (NAME,)),
    "thanks_subject": TextRules(MAX_SUBJECT_LENGTH, (NAME, NUMBER), is_subject=True),
    "thanks_text": TextRules(MAX_THANKS_LENGTH, (NAME, NUMBER), has_lines=True),
    "news_addition": TextRules(MAX_SENTENCE_LENGTH),
    "after_signing": TextRules(MAX_SENTENCE_LENGTH),
    "after_confirming": TextRules(MAX_SENTENCE_LENGTH, (NUMBER,)),
}


class WordingRefused(CampaignError):
    """A text is outside the limits. `code` says why, `detail` is the part of the text at fault."""

    status = 422

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of organizers in one language, named as in PetitionWording.

    Empty ones are not set.
    """

    confirm_subject: str = ""
    confirm_opening: str = ""
    reminder_subject: str = ""
    reminder_opening: str = ""
    thanks_subject: str = ""
    thanks_text: str = ""
    news_addition: str = ""
    after_signing: str = ""
    after_confirming: str = ""

    def __bool__(self) -> bool:
        return any(astuple(self))

    def with_values(self, values: Collection[str]) -> "Wording":
        """Return the texts that need no other placeholders than `values`. The others are empty."""
        return Wording(
            **{
                name: text if placeholders_in(text) <= set(values) else ""
                for name, text in texts_of(self).items()
            }
        )


STANDARD = Wording()
_Texts = TypeVar("_Texts", Wording, PetitionWording)


def init_app(app: Flask) -> None:
    """Add the filter that fills in placeholders."""
    app.add_template_filter(filled)


def texts_of(wording: _Texts) -> dict[str, str]:
    """Return {name: text} of a wording."""
    return {name: getattr(wording, name) for name in TEXTS}


def wording_for(petition: Petition, lang: str) -> Wording:
    """Return the wording for readers of `lang`.

    If `lang` has none, it is that of another variety of the language. A text in another language
    would be hard to follow between the product's sentences.
    """
    by_lang = {row.lang: row for row in petition.wordings}
    chosen = nearest(list(by_lang), lang)
    return Wording(**texts_of(by_lang[chosen])) if chosen else STANDARD


def filled(text: str, **values: str) -> str:
    """Return the text with `values` in place of `{name}` and `{number}`."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def placeholders_in(text: str) -> set[str]:
    """Return the names of the placeholders in the text, without braces."""
    return set(_PLACEHOLDER.findall(text))


def check_text(name: str, text: str) -> None:
    """Raise WordingRefused unless `text` may be the text `name`. An empty text always may."""
    rules = TEXTS[name]
    if len(text) > rules.max_length:
        raise WordingRefused("length", str(rules.max_length))
    for match in _PLACEHOLDER.finditer(text):
        if match[1] not in rules.placeholders:
            raise WordingRefused("placeholder", match[0])
    rest = _PLACEHOLDER.sub(" ", text)
    if "{" in rest or "}" in rest:
        raise WordingRefused("placeholder", "{" if "{" in rest else "}")
    if has_link(text):
        raise WordingRefused("link")
    if text and rules.is_subject:
        if "\n" in text:
            raise WordingRefused("lines")
        if _REPLY.match(normalize("NFKC", text)):
            raise WordingRefused("reply")
        if not any(map(str.isalpha, rest)):
            raise WordingRefused("empty")


def copy_wording(original: Petition, clone: Petition) -> None:
    """Give a new petition the wording of another one."""
    clone.wordings = [
        PetitionWording(lang=wording.lang, **texts_of(wording)) for wording in original.wordings
    ]


def set_wording(petition: Petition, texts: Mapping[str, Mapping[str, str]]) -> None:
    """Set the texts of these languages, {language: {name: text}}. Raise WordingRefused.

    Other languages stay as they are. A language without any text has no row.
    """
    rows = {row.lang: row for row in petition.wordings}
    for lang, named in texts.items():
        complete = {name: named.get(name, "") for name in TEXTS}
        for name, text in complete.items():
            check_text(name, text)
        row = rows.get(lang)
        if not any(complete.values()):
            if row is not None:
                petition.wordings.remove(row)
            continue
        if row is None:
            petition.wordings.append(PetitionWording(lang=lang, **complete))
            continue
        for name, text in complete.items():
            setattr(row, name, text)
