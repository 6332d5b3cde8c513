"""An event as pages show it: in one language, in the local time of its place."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from markupsafe import Markup

from campaign.events.hours import full_day, hours, zone_name
from campaign.events.models import Event
from campaign.events.places import full_place, map_url
from campaign.events.queries import events_ahead, events_past, fullness
from campaign.events.registration_search import numbers_of
from campaign.i18n.clock_times import clock_time
from campaign.i18n.fallbacks import best_lang
from campaign.i18n.locales import is_language, locale_of, translated_language_name
from campaign.notices.composition import ComposedNotice, compose_notice
from campaign.petitions.presenters import PetitionCard, cards_of_cause
from campaign.petitions.questions import in_language
from campaign.publishing.pictures import ShownPicture, shown_picture
from campaign.security.small_counts import MIN_COUNT
from campaign.site.languages import offered_among
from campaign.text.markdown import to_html, to_text
from campaign.text.whitespace import in_one_line

MAX_DESCRIPTION_LENGTH = 200
# How many butterflies at rest fit beside each other on a phone.
MAX_IN_ROW = 22


@dataclass(frozen=True)
class EventCard:
    """What a list needs to know about an event.

    `lang` and `cause_lang` are the languages of its text and of its cause's title. `date` and
    `hours` are in local time of the place. `phase` is `ahead`, `past` or `cancelled`.
    """

    id: int
    slug: str
    lang: str
    cause: str
    cause_lang: str
    kind: str
    title: str
    place: str
    town: str
    date: date
    hours: str
    starts_at: datetime
    phase: str


@dataclass(frozen=True)
class EventPage(EventCard):
    """The whole event.

    `online` says how people take part online: "" (not at all), `open` (by `online_url`) or
    `registered` (by registering). `languages` are the names of the languages spoken at the event.
    `written_in` are the codes of those its page is written in. `resting_rows` are the numbers of
    butterflies at rest in each row, one for each person the event remembers. `attendance` is None
    if too few people came to publish a number, and while all registrations are still there.
    """

    cause_slug: str
    palette: str
    resting_rows: tuple[int, ...]
    picture: ShownPicture | None
    day: str
    hour: str
    zone: str
    zone_name: str
    ends_at: datetime
    address: str
    map_url: str
    full_place: str
    body: Markup
    description: str
    programme: tuple[tuple[str, str], ...]
    access: Markup
    notice: str
    is_free: bool
    price: str
    online: str
    online_url: str
    people: tuple[dict[str, str], ...]
    languages: tuple[str, ...]
    written_in: tuple[str, ...]
    petitions: tuple[PetitionCard, ...]
    registration: str
    takes_registrations: bool
    registration_closed: bool
    fullness: str
    most_seats: int
    questions: tuple[dict[str, Any], ...]
    attendance: int | None
    privacy_notice: ComposedNotice


def card(event: Event, lang: str, now: datetime) -> EventCard:
    """Return the EventCard of an Event loaded with its texts."""
    return EventCard(**_card_fields(event, lang, now))


def cards_ahead(lang: str, now: datetime, **chosen: Any) -> tuple[EventCard, ...]:
    """Return the EventCards of the public events ahead, next first.

    `chosen` are the keyword arguments of `events_ahead`.
    """
    return tuple(card(event, lang, now) for event in events_ahead(now, **chosen))


def cards_past(lang: str, now: datetime, **chosen: Any) -> tuple[EventCard, ...]:
    """Return the EventCards of the public events that are over, latest first.

    `chosen` are the keyword arguments of `events_past`.
    """
    return tuple(card(event, lang, now) for event in events_past(now, **chosen))


def page(event: Event, lang: str, now: datetime) -> EventPage:
    """Return the EventPage of an Event loaded with texts and cause."""
    text = event.text(lang)
    description = in_one_line(to_text(text.body))
    return EventPage(
        **_card_fields(event, lang, now),
        cause_slug=event.cause.slug,
        palette=event.cause.palette,
        resting_rows=rows_of(event.remembered),
        picture=shown_picture(event.picture, lang, event.original_lang),
        day=full_day(event.starts_local, lang),
        hour=clock_time(event.starts_local, lang),
        zone=event.zone,
        zone_name=zone_name(event.zone, event.starts_at, lang),
        ends_at=event.ends_at,
        address=text.address,
        map_url=map_url(event, text),
        full_place=full_place(event, text),
        body=to_html(text.body),
        description=description
        if len(description) <= MAX_DESCRIPTION_LENGTH
        else description[: MAX_DESCRIPTION_LENGTH - 1].rstrip() + "…",
        programme=tuple(
            (clock_time(time.fromisoformat(at), lang), what) for at, what in text.programme
        ),
        access=to_html(text.access),
        notice=text.notice,
        is_free=event.is_free,
        price=text.price,
        online=_online(event),
        online_url=event.online_url if event.online_for == "everyone" else "",
        people=tuple(_person(person, lang) for person in event.people),
        languages=tuple(_language_name(code, lang) for code in event.languages),
        written_in=offered_among(text.lang for text in event.texts),
        petitions=_petitions(event, lang, now),
        registration=event.registration,
        takes_registrations=event.takes_registrations(now),
        registration_closed=event.is_shut and now < event.starts_at,
        fullness=fullness(event),
        most_seats=event.most_seats,
        questions=tuple(in_language(question, lang) for question in event.questions),
        attendance=_attendance(event),
        privacy_notice=compose_notice(
            "registration", organisation_id=event.cause.organisation_id, lang=lang
        ),
    )


def _attendance(event: Event) -> int | None:
    if event.attendance is None:
        return None
    came = numbers_of(event).came
    return came if came >= MIN_COUNT else None


def _card_fields(event: Event, lang: str, now: datetime) -> dict[str, Any]:
    text, cause_text = event.text(lang), event.cause.text(lang)
    over = "past" if event.ends_at <= now else "ahead"
    return {
        "id": event.id,
        "slug": event.slug,
        "lang": text.lang,
        "cause": cause_text.title,
        "cause_lang": cause_text.lang,
        "kind": text.kind,
        "title": text.title,
        "place": text.place,
        "town": event.town,
        "date": event.starts_local.date(),
        "hours": hours(event.starts_local, event.ends_local, lang),
        "starts_at": event.starts_at,
        "phase": "cancelled" if event.state == "cancelled" else over,
    }


def rows_of(remembered: int) -> tuple[int, ...]:
    """Divide the butterflies into rows that fit a phone, as few as possible, longer ones first."""
    rows = -(-remembered // MAX_IN_ROW)
    return tuple(-(-(remembered - row) // rows) for row in range(rows))


def _online(event: Event) -> str:
    if not event.online_url:
        return ""
    return "open" if event.online_for == "everyone" else "registered"


def _person(person: dict[str, Any], lang: str) -> dict[str, str]:
    texts = person.get("words", {})
    text_lang = best_lang([tag for tag, text in texts.items() if text], lang) or lang
    return {
        "name": person["name"],
        "role": person["role"],
        "lang": text_lang,
        "text": texts.get(text_lang, ""),
    }


def _language_name(code: str, lang: str) -> str:
    # Languages that CLDR does not know are stored by their name.
    if is_language(code):
        return translated_language_name(code, locale_of(lang))
    return code


def _petitions(event: Event, lang: str, now: datetime) -> tuple[PetitionCard, ...]:
    if not event.petitions:
        return ()
    by_id = {card.id: card for card in cards_of_cause(event.cause_id, lang, now)}
    return tuple(
        by_id[petition.petition_id] for petition in event.petitions if petition.petition_id in by_id
    )
