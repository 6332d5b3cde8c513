"""The place of an event as text, and its link to a map."""

from urllib.parse import urlencode

from campaign.events.models import Event, EventText

MAP = "https://www.openstreetmap.org"
ZOOM = 17


def full_place(event: Event, text: EventText) -> str:
    """Return place, address and town in one line, without repeating anything."""
    parts = [text.place, text.address]
    if event.town and event.town not in text.address:
        parts.append(event.town)
    return ", ".join(part for part in parts if part)


def map_point(event: Event) -> tuple[float, float] | None:
    """Return (latitude, longitude), or None if they are not set."""
    if event.latitude is None or event.longitude is None:
        return None
    return event.latitude, event.longitude


def map_url(event: Event, text: EventText) -> str:
    """Return the OpenStreetMap URL of the place, or "" if only the town is known."""
    if point := map_point(event):
        latitude, longitude = (f"{item:.5f}" for item in point)
        return f"{MAP}/?{urlencode({'mlat': latitude, 'mlon': longitude})}#map={ZOOM}/{latitude}/{longitude}"
    if not text.address:
        return ""
    parts = (text.address, event.town if event.town not in text.address else "", event.country)
    return f"{MAP}/search?{urlencode({'query': ', '.join(part for part in parts if part)})}"
