"""An event as a calendar entry: for everybody, or for one who is registered."""

from urllib.parse import quote, urlencode

from flask import current_app

from campaign.events import calendar_files as ics
from campaign.events.hours import hours, zone_name
from campaign.events.places import map_point, whole_place
from campaign.http.urls import absolute_url, host
from campaign.text.markdown import to_text

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
# What a mail address may hold and a mailto: address need not encode (RFC 6068).
MAILTO_SAFE = "@+!$'*-._~"


def public_file(events, lang, *, name=""):
    """Return the calendar file of events as everybody may have it: no address that only the registered get."""
    entries = [
        _entry(event, lang, sequence=event.sequence, shows_online=_is_open(event))
        for event in events
    ]
    return ics.calendar(entries, name=name)


def invitation(event, registration, *, cancelled=False):
    """Return the calendar file of one registration: METHOD REQUEST while it holds a seat, CANCEL when it is over.

    The number of the entry is the event's own, so that a calendar that knows the event already holds it once.
    """
    sequence = event.sequence + registration.sequence
    entry = _entry(
        event, registration.lang, sequence=sequence, shows_online=not cancelled, cancelled=cancelled
    )
    status = "DECLINED" if cancelled else "ACCEPTED"
    attendee = f"ATTENDEE;CN={ics.parameter(registration.name)};ROLE=REQ-PARTICIPANT;PARTSTAT={status};RSVP=FALSE"
    entry.append((attendee, f"mailto:{quote(registration.email, safe=MAILTO_SAFE)}"))
    return ics.calendar([entry], method="CANCEL" if cancelled else "REQUEST")


def links_to_add(event, shown, url):
    """Return ((name, address), …) of the calendars on the web that take an event from a plain link.

    `shown` is its EventPage, `url` the address of its page. Nobody is asked for anything before somebody follows a link.
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


def _is_open(event):
    return event.online_for == "everyone"


def _entry(event, lang, *, sequence, shows_online, cancelled=False):
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


def _description(event, text, lang, online, url):
    # The hour on the wall of the place, for whoever's calendar shows another zone.
    when = f"{hours(event.starts_local, event.ends_local, lang)} ({zone_name(event.zone, event.starts_at, lang)})"
    parts = (
        text.notice if event.state == "cancelled" else "",
        when,
        to_text(text.body),
        online,
        url,
    )
    return "\n\n".join(part for part in parts if part)
