"""Calendar entries of an event, for the public or for one registered person."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from flask import current_app

from campaign.events import calendar_files as ics
from campaign.events.hours import hours, zone_name
from campaign.events.models import Event, EventText, Registration
from campaign.events.places import map_point, whole_place
from campaign.events.presenters import EventPage
from campaign.http.urls import absolute_url, host
from campaign.text.markdown import to_text

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
# Characters of an email address that a mailto: URL need not encode (RFC 6068).
MAILTO_SAFE = "@+!$'*-._~"


def public_file(events: Iterable[Event], lang: str, *, name: str = "") -> str:
    """Return the public calendar file of events, without restricted online addresses.

    An address is restricted if only registered people get it.
    """
    entries = [
        _entry(event, lang, sequence=event.sequence, shows_online=_is_open(event))
        for event in events
    ]
    return ics.calendar(entries, name=name)


def invitation(event: Event, registration: Registration, *, cancelled: bool = False) -> str:
    """Return the calendar file of one registration.

    Its METHOD is REQUEST while the registration holds a seat, and CANCEL when it is over. The UID
    is the event's own, so a calendar that has the event already shows it once.
    """
    sequence = event.sequence + registration.sequence
    entry = _entry(
        event, registration.lang, sequence=sequence, shows_online=not cancelled, cancelled=cancelled
    )
    status = "DECLINED" if cancelled else "ACCEPTED"
    attendee = f"ATTENDEE;CN={ics.parameter(registration.name)};ROLE=REQ-PARTICIPANT;PARTSTAT={status};RSVP=FALSE"
    entry.append((attendee, f"mailto:{quote(registration.email, safe=MAILTO_SAFE)}"))
    return ics.calendar([entry], method="CANCEL" if cancelled else "REQUEST")


def links_to_add(event: Event, shown: EventPage, url: str) -> tuple[tuple[str, str], ...]:
    """Return (name, URL) pairs of web calendars that add an event from a plain link.

    `shown` is its EventPage and `url` the URL of its page. Those sites get no request until someone
    follows a link.
    """
    words = "\n\n".join(part for part in (shown.description, shown.online_url, url) if part)
    place = shown.whole_place or shown.online_url
    google = {
        "action": "TEMPLATE",
        "text": shown.title,
        "dates": f"{ics.instant(event.starts_at)}/{ics.instant(event.ends_at)}",
        "ctz": event.zone,
        "location": place,
        "details": words,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": shown.title,
        "startdt": f"{event.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{event.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "location": place,
        "body": words,
    }
    return (
        ("Google", f"{GOOGLE}?{urlencode(google)}"),
        ("Outlook", f"{OUTLOOK}?{urlencode(outlook, quote_via=quote)}"),
    )


def _is_open(event: Event) -> bool:
    return event.online_for == "everyone"


def _entry(
    event: Event, lang: str, *, sequence: int, shows_online: bool, cancelled: bool = False
) -> list[tuple[str, str]]:
    text = event.text(lang)
    url = absolute_url("events.show", lang, slug=event.slug)
    is_off = cancelled or event.state == "cancelled"
    online = event.online_url if shows_online else ""
    sender = current_app.extensions["sender_address"]
    entry = [
        ("UID", f"event-{event.id}@{host()}"),
        ("DTSTAMP", ics.instant(event.changed_at)),
        ("LAST-MODIFIED", ics.instant(event.changed_at)),
        ("DTSTART", ics.instant(event.starts_at)),
        ("DTEND", ics.instant(event.ends_at)),
        ("SEQUENCE", str(sequence)),
        ("STATUS", "CANCELLED" if is_off else "CONFIRMED"),
        ("SUMMARY", ics.words(text.title)),
        ("DESCRIPTION", ics.words(_description(event, text, lang, online, url))),
        ("URL", url),
        (f"ORGANIZER;CN={ics.parameter(event.cause.text(lang).title)}", f"mailto:{sender}"),
        ("TRANSP", "OPAQUE"),
    ]
    place = whole_place(event, text) or online
    if place:
        entry.append(("LOCATION", ics.words(place)))
    if point := map_point(event):
        entry.append(("GEO", f"{point[0]:.6f};{point[1]:.6f}"))
    return entry


def _description(event: Event, text: EventText, lang: str, online: str, url: str) -> str:
    # We give the local time of the place, because the reader's calendar may show another zone.
    when = f"{hours(event.starts_local, event.ends_local, lang)} ({zone_name(event.zone, event.starts_at, lang)})"
    parts = (
        text.notice if event.state == "cancelled" else "",
        when,
        to_text(text.body),
        online,
        url,
    )
    return "\n\n".join(part for part in parts if part)
