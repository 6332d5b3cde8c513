"""Structured data (schema.org) of an event, for search engines."""

from typing import Any
from zoneinfo import ZoneInfo

from campaign.events.models import Event
from campaign.events.presenters import EventPage

SCHEMA = "https://schema.org"
STATUS = {"published": "EventScheduled", "cancelled": "EventCancelled"}


def structured(
    event: Event, shown: EventPage, url: str, *, organizer: dict[str, Any], picture_url: str = ""
) -> dict[str, Any]:
    """Return JSON-LD of the event as a dict. `shown` is its EventPage at `url`.

    `organizer` is the JSON-LD of its organisation.
    """
    zone = ZoneInfo(event.zone)
    places = []
    if shown.full_place:
        address = {
            "@type": "PostalAddress",
            "streetAddress": shown.address,
            "addressLocality": event.town,
        }
        if event.country:
            address["addressCountry"] = event.country
        places.append({"@type": "Place", "name": shown.place or event.town, "address": address})
    if shown.online:
        # If only registered people get the address, we give the page where they register.
        places.append({"@type": "VirtualLocation", "url": shown.online_url or url})
    modes = {(1, 1): "Mixed", (0, 1): "Online"}
    mode = modes.get((bool(shown.full_place), bool(shown.online)), "Offline")
    speakers = [
        {"@type": "Person", "name": person["name"]}
        for person in shown.people
        if person["role"] == "speaker"
    ]
    data = {
        "@context": SCHEMA,
        "@type": "Event",
        "name": shown.title,
        "description": shown.description,
        "url": url,
        "startDate": event.starts_at.astimezone(zone).isoformat(),
        "endDate": event.ends_at.astimezone(zone).isoformat(),
        "eventStatus": f"{SCHEMA}/{STATUS[event.state]}",
        "eventAttendanceMode": f"{SCHEMA}/{mode}EventAttendanceMode",
        "isAccessibleForFree": event.is_free,
        "inLanguage": event.languages or [shown.lang],
        "location": places,
        "image": picture_url,
        "performer": speakers,
        "organizer": organizer,
    }
    return {name: value for name, value in data.items() if value not in ([], "")}
