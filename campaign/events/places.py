"""Where an event is, and the plain link to its place on a map."""

from urllib.parse import urlencode

MAP = "https://www.openstreetmap.org"
ZOOM = 17


def whole_place(event, text):
    """Return place, address and town in one line, without saying anything twice."""
    parts = [text.place, text.address]
    if event.town and event.town not in text.address:
        parts.append(event.town)
    return ", ".join(part for part in parts if part)


def map_point(event):
    """Return (latitude, longitude), or None where nobody has said them."""
    if event.latitude is None or event.longitude is None:
        return None
    return event.latitude, event.longitude


def map_url(event, text):
    """Return the address of the place on OpenStreetMap, or an empty text where only the town is known."""
    if point := map_point(event):
        latitude, longitude = (f"{each:.5f}" for each in point)
        return f"{MAP}/?{urlencode({'mlat': latitude, 'mlon': longitude})}#map={ZOOM}/{latitude}/{longitude}"
    if not text.address:
        return ""
    parts = (text.address, event.town if event.town not in text.address else "", event.country)
    return f"{MAP}/search?{urlencode({'query': ', '.join(part for part in parts if part)})}"
