"""Times of day, as each language writes them."""

from datetime import tzinfo
from typing import Any

from babel import Locale

from campaign.i18n.locales import language_of

NO_BREAK = "\N{NO-BREAK SPACE}"


def clock_time(value: Any, locale: Locale | str, zone: tzinfo | None = None) -> str:
    """Return the time of day on the 24-hour clock: 01:38 and 19:00, in French 1 h 38 and 19 h.

    With `zone`, `value` is an aware datetime that is converted to that time zone. Without it,
    `value` is a datetime or time that is local already.
    """
    local = value.astimezone(zone) if zone else value
    if language_of(locale) == "fr":
        minutes = f"{NO_BREAK}{local:%M}" if local.minute else ""
        return f"{local.hour}{NO_BREAK}h{minutes}"
    return f"{local:%H:%M}"
