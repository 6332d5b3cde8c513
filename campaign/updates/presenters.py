"""An update as pages show it, in one language."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from campaign.petitions.presenters import PetitionCard, cards_of_cause
from campaign.publishing.pictures import ShownPicture, shown_picture
from campaign.site.languages import offered_among
from campaign.site.settings import site_settings
from campaign.text.markdown import to_html, to_text
from campaign.text.whitespace import in_one_line
from campaign.updates.body_pictures import pictures_of
from campaign.updates.models import Update
from campaign.updates.queries import recent_updates

MAX_SUMMARY_LENGTH = 220
MIN_LENGTH = 80
# How many updates the page of a petition, a cause or an event shows.
MAX_RECENT = 3
SENTENCE_END = re.compile(r"[.!?…][»”\"')]*\s")


@dataclass(frozen=True)
class UpdateCard:
    """What a list needs to know about an update.

    `date` is its day in the site's time zone. `lang` and `cause_lang` are the languages of its text
    and of its cause's title.
    """

    id: int
    slug: str
    lang: str
    date: date
    published_at: datetime
    title: str
    summary: str
    cause: str
    cause_lang: str
    cause_slug: str
    picture: ShownPicture | None


@dataclass(frozen=True)
class UpdatePage(UpdateCard):
    """The whole update. `languages` are those it is written in."""

    palette: str
    body: Markup
    changed_at: datetime
    languages: tuple[str, ...]
    petitions: tuple[PetitionCard, ...]
    event_id: int | None


def card(update: Update, lang: str) -> UpdateCard:
    """Return the UpdateCard of an Update loaded with its texts."""
    return UpdateCard(**_card_fields(update, lang))


def recent_cards(lang: str, now: datetime, **chosen: Any) -> tuple[UpdateCard, ...]:
    """Return the UpdateCards of the public updates, newest first.

    `chosen` are the keyword arguments of `recent_updates`.
    """
    return tuple(card(update, lang) for update in recent_updates(now, **chosen))


def page(update: Update, lang: str, now: datetime) -> UpdatePage:
    """Return the UpdatePage of an Update loaded with texts and cause."""
    return UpdatePage(
        **_card_fields(update, lang),
        palette=update.cause.palette,
        body=to_html(update.text(lang).body, pictures_of(update, update.text(lang).lang)),
        changed_at=update.changed_at,
        languages=offered_among(text.lang for text in update.texts),
        petitions=_petitions(update, lang, now),
        event_id=update.event_id,
    )


def _card_fields(update: Update, lang: str) -> dict[str, Any]:
    text, cause_text = update.text(lang), update.cause.text(lang)
    # A draft has no publication time yet, so its preview shows when it was last changed.
    published_at = update.publish_at or update.changed_at
    return {
        "id": update.id,
        "slug": update.slug,
        "lang": text.lang,
        "date": published_at.astimezone(ZoneInfo(site_settings().time_zone)).date(),
        "published_at": published_at,
        "title": text.title,
        "summary": text.summary or _beginning(text.body),
        "cause": cause_text.title,
        "cause_lang": cause_text.lang,
        "cause_slug": update.cause.slug,
        "picture": shown_picture(update.picture, lang, update.original_lang),
    }


def _beginning(body: str) -> str:
    """Return the first sentences of a body that fit in a list.

    If the first sentence is too long, return its first words.
    """
    text = in_one_line(to_text(body))
    if len(text) <= MAX_SUMMARY_LENGTH:
        return text
    ends = [
        match.end() for match in SENTENCE_END.finditer(text, MIN_LENGTH, MAX_SUMMARY_LENGTH + 1)
    ]
    if ends:
        return text[: ends[-1]].rstrip()
    return text[:MAX_SUMMARY_LENGTH].rpartition(" ")[0].rstrip(",;:–— ") + "…"


def _petitions(update: Update, lang: str, now: datetime) -> tuple[PetitionCard, ...]:
    if not update.petitions:
        return ()
    by_id = {card.id: card for card in cards_of_cause(update.cause_id, lang, now)}
    return tuple(
        by_id[petition.petition_id]
        for petition in update.petitions
        if petition.petition_id in by_id
    )
