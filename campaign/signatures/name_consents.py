"""Consents to show a name: given by choosing how it is shown, withdrawn by hiding it."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, Table, and_, case, func, literal, select

from campaign.i18n.locales import INTERFACE_LANGUAGES, locale_of
from campaign.notices.consents import (
    ShownText,
    consent_text_ids,
    has_consent,
    insert_consents,
    withdraw_consents,
)
from campaign.notices.models import ConsentText
from campaign.signatures.models import VALID_STATES, Signature
from campaign.site.languages import default_lang, languages_with

NAME = "name"
SHOWN_DISPLAYS = ("full", "initials")
# A text that anyone has agreed to never changes: a new text gets a new version.
FORM_VERSION, PAPER_VERSION, PARTNER_VERSION = "name-form-1", "name-paper-1", "name-partner-1"

_signature: Table = Signature.__table__
CHANNELS = {"email": "web", "in_person": "kiosk", "paper": "paper", "api": "api"}
_Key = tuple[str, str, str]


class NameChoice(NamedTuple):
    """What a consent to show a name says, for a sentence about it.

    It has the `question` of a form and the chosen `answer`, or the `name_display` from a partner.
    """

    question: str = ""
    answer: str = ""
    name_display: str = ""


def note_shown_names(
    signature_ids: Collection[int], *, given_at: datetime | None = None, channel: str = ""
) -> None:
    """Note the consents of those of these signatures whose name is shown, with one statement.

    Without `given_at` and `channel`, they were given when and where the people signed. A signature
    that has a consent already gets no second one.
    """
    c = _signature.c
    text_ids = consent_text_ids(dict(_texts()))
    rows = consents_from_signatures(NAME, _text_id(text_ids), given_at, channel).where(
        c.id.in_(signature_ids),
        c.state.in_(VALID_STATES),
        c.name_display.in_(SHOWN_DISPLAYS),
        ~has_consent("signature", c.id, NAME),
    )
    insert_consents(rows)


def consents_from_signatures(
    purpose: str, text_id: ColumnElement[int], given_at: datetime | None, channel: str
) -> Select[Any]:
    """Return the query for consents to `purpose` of people who signed. Add conditions to it.

    Without `given_at` and `channel`, they were given when and where the people signed.
    """
    c = _signature.c
    return select(
        literal("signature"),
        c.id,
        literal(purpose),
        text_id,
        literal(channel) if channel else case(CHANNELS, value=c.evidence),
        literal(given_at) if given_at else func.coalesce(c.consent_at, c.created_at),
    )


def note_name_change(signature_ids: Collection[int], *, now: datetime) -> None:
    """Note that the people themselves have just changed how their names are shown."""
    withdraw_consents("signature", signature_ids, now=now, purposes=(NAME,))
    note_shown_names(signature_ids, given_at=now, channel="web")


def name_choice(shown_text: ConsentText) -> NameChoice | None:
    """Return the NameChoice in the text of a consent, or None if it has none."""
    text = shown_text.text
    if shown_text.version == FORM_VERSION and "? " in text:
        question, mark, answer = text.rpartition("? ")
        return NameChoice(question=f"{question}{mark.strip()}", answer=answer)
    if shown_text.version == PARTNER_VERSION:
        return NameChoice(name_display=text.rpartition(" ")[2])
    return None


def _texts() -> Iterator[tuple[_Key, ShownText]]:
    """Yield the texts of all ways to sign, by version, language and display."""
    for lang in languages_with(INTERFACE_LANGUAGES):
        with force_locale(locale_of(lang)):
            question = _("How should we show your name?")
            answers = {"full": _("Full name"), "initials": _("Initials")}
            on_paper = _("Name shown")
        for display, answer in answers.items():
            shown = {
                FORM_VERSION: f"{question} {answer}",
                PAPER_VERSION: on_paper,
                # We do not know which text the partner's page showed.
                PARTNER_VERSION: f"name_display: {display}",
            }
            for version, text in shown.items():
                yield (version, lang, display), ShownText(version, lang, text)


def _text_id(text_ids: dict[_Key, int]) -> ColumnElement[int]:
    """Return SQL for the text that the person of a signature chose."""
    c = _signature.c
    version = case(
        {"paper": PAPER_VERSION, "api": PARTNER_VERSION}, value=c.evidence, else_=FORM_VERSION
    )
    fallback = text_ids[FORM_VERSION, default_lang(), "full"]
    choices = (
        (and_(version == of_version, c.lang == lang, c.name_display == display), text_id)
        for (of_version, lang, display), text_id in text_ids.items()
    )
    return case(*choices, else_=fallback)
