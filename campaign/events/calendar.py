"""Calendar files (iCalendar, RFC 5545) of events, for the public or for one registered person."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast
from unicodedata import category
from urllib.parse import quote, urlencode

from icalendar import Calendar, vCalAddress, vDuration, vText
from icalendar import Event as CalendarEntry

from campaign.events.hours import hours, zone_name
from campaign.events.models import Event, EventText, Registration
from campaign.events.places import full_place, map_point
from campaign.events.presenters import EventPage
from campaign.http.urls import absolute_url, host
from campaign.organisations.identity import identities
from campaign.text.markdown import to_text
from campaign.text.whitespace import in_one_line

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
# Characters of an email address that a mailto: URL need not encode (RFC 6068).
MAILTO_SAFE = "@+!$'*-._~"
PRODUCT = "-//Volante//Events//EN"
# How often calendars that subscribed to a file should read it again.
REFRESH_INTERVAL = timedelta(hours=6)


def public_file(events: Iterable[Event], lang: str, *, name: str = "") -> str:
    """Return the public calendar file of events, without restricted online addresses.

    An address is restricted if only registered people get it. `name` is the name that people see
    when they subscribe to the file.
    """
    entries = [
        _entry(event, lang, sequence=event.sequence, shows_online=_is_open(event))
        for event in events
    ]
    return _file(entries, method="PUBLISH", name=name)


class Invitation(NamedTuple):
    """The calendar file of one registration, and its iTIP method (RFC 5546)."""

    text: str
    method: str


def invitation(event: Event, registration: Registration, *, cancelled: bool = False) -> Invitation:
    """Return the calendar file of one registration.

    Its method is REQUEST while the registration holds a seat, and CANCEL when it is over. Both need
    an organizer: without one the file only publishes the entry, and guests cannot answer. The UID
    is the event's own, so a calendar that has the event already shows it once.
    """
    sequence = event.sequence + registration.sequence
    entry = _entry(
        event, registration.lang, sequence=sequence, shows_online=not cancelled, cancelled=cancelled
    )
    if "organizer" not in entry:
        return Invitation(_file([entry], method="PUBLISH"), "PUBLISH")
    attendee = _person(
        quote(registration.email, safe=MAILTO_SAFE),
        registration.name,
        role="REQ-PARTICIPANT",
        partstat="DECLINED" if cancelled else "ACCEPTED",
        rsvp="FALSE",
    )
    entry.add("attendee", attendee)
    method = "CANCEL" if cancelled else "REQUEST"
    return Invitation(_file([entry], method=method), method)


def links_to_add(event: Event, shown: EventPage, url: str) -> tuple[tuple[str, str], ...]:
    """Return (name, URL) pairs of web calendars that add an event from a plain link.

    `shown` is its EventPage and `url` the URL of its page. Those sites get no request until someone
    follows a link.
    """
    details = "\n\n".join(part for part in (shown.description, shown.online_url, url) if part)
    place = shown.full_place or shown.online_url
    google = {
        "action": "TEMPLATE",
        "text": shown.title,
        "dates": f"{event.starts_at:%Y%m%dT%H%M%SZ}/{event.ends_at:%Y%m%dT%H%M%SZ}",
        "ctz": event.zone,
        "location": place,
        "details": details,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": shown.title,
        "startdt": f"{event.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{event.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "location": place,
        "body": details,
    }
    return (
        ("Google", f"{GOOGLE}?{urlencode(google)}"),
        ("Outlook", f"{OUTLOOK}?{urlencode(outlook, quote_via=quote)}"),
    )


def _is_open(event: Event) -> bool:
    return event.online_for == "everyone"


def _file(entries: Iterable[CalendarEntry], *, method: str, name: str = "") -> str:
    """Return the calendar file of `entries` with an iTIP method (RFC 5546)."""
    # Outlook stops reading where these come in another order.
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        # RFC 7986 defines NAME, but Apple, Google and Outlook read the older X-WR-CALNAME.
        calendar.add("name", vText(in_one_line(_printable(name))))
        calendar.add("x-wr-calname", vText(in_one_line(_printable(name))))
        calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH_INTERVAL))
    for entry in entries:
        calendar.add_component(entry)
    return cast(bytes, calendar.to_ical(sorted=False)).decode()


def _entry(
    event: Event, lang: str, *, sequence: int, shows_online: bool, cancelled: bool = False
) -> CalendarEntry:
    """Return the entry of an event. Its times are in UTC, which every calendar reads alike."""
    text = event.text(lang)
    url = absolute_url("events.show", lang, slug=event.slug)
    is_off = cancelled or event.state == "cancelled"
    online = event.online_url if shows_online else ""
    sender = identities().of(event.cause.organisation_id)
    entry = CalendarEntry()
    entry.add("uid", f"event-{event.id}@{host()}")
    entry.add("dtstamp", _second(event.changed_at))
    entry.add("last-modified", _second(event.changed_at))
    entry.add("dtstart", _second(event.starts_at))
    entry.add("dtend", _second(event.ends_at))
    entry.add("sequence", sequence)
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    entry.add("summary", _printable(text.title))
    entry.add("description", _printable(_description(event, text, lang, online, url)))
    entry.add("url", url)
    # Answers go to the organizer, so it is the organisation's own address or nobody. The address in
    # MAIL_FROM belongs to the site, and may be another organisation's.
    if sender.sender_address:
        address = quote(sender.sender_address, safe=MAILTO_SAFE)
        entry.add("organizer", _person(address, sender.sender_name or sender.name(lang)))
    entry.add("transp", "OPAQUE")
    place = full_place(event, text) or online
    if place:
        entry.add("location", _printable(place))
    if point := map_point(event):
        entry.add("geo", (round(point[0], 6), round(point[1], 6)))
    return entry


def _person(email: str, name: str, **parameters: str) -> vCalAddress:
    """Return a person with an email address. `email` is encoded for a mailto: URL."""
    address = vCalAddress(f"mailto:{email}")
    # A parameter cannot contain quotes or line breaks (RFC 5545, 3.2).
    address.params["CN"] = in_one_line(_printable(name)).replace('"', "'")
    address.params.update({key.upper(): value for key, value in parameters.items()})
    return address


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _printable(text: str) -> str:
    """Return text without characters that would break a line of the file."""
    lines = text.replace("\r\n", "\n").replace("\u2028", "\n")
    return "".join(
        character
        for character in lines
        if character in "\n\t" or category(character) not in ("Cc", "Cs")
    )


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
