"""Times of day, as each language writes them."""

NO_BREAK = "\N{NO-BREAK SPACE}"


def clock_time(value, locale, zone=None):
    """Write the time of day by the 24-hour clock: 01:38 and 19:00, in French 1 h 38 and 19 h.

    Of an instant it is the time in `zone`; without one, `value` shows the local time already.
    """
    local = value.astimezone(zone) if zone else value
    if str(locale).startswith("fr"):
        minutes = f"{NO_BREAK}{local:%M}" if local.minute else ""
        return f"{local.hour}{NO_BREAK}h{minutes}"
    return f"{local:%H:%M}"
