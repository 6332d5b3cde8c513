"""Numbers, dates and addresses as templates write them, in the reader's own way."""

import math
import re
from datetime import UTC
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location
from babel.numbers import format_decimal
from babel.units import format_unit
from flask import current_app, request, url_for
from flask_babel import get_locale
from markupsafe import Markup, escape

from campaign.http.tracking_parameters import is_tracking_parameter
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import NAMES, SHARED
from campaign.i18n.long_dates import long_date
from campaign.web.languages import chosen_lang

# A word with hyphens within it, and how long it may be so that the narrowest phone has room for it in the largest letters.
HYPHENATED = re.compile(r"((?:[^\W\d_]+-)+[^\W\d_]+)")
MAX_UNBROKEN_LENGTH = 14
SIZES = ("kilobyte", "megabyte", "gigabyte")


def init_app(app):
    app.add_template_filter(number)
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(minute)
    app.add_template_filter(size)
    app.add_template_filter(in_zone)
    app.add_template_filter(iso)
    app.add_template_filter(unbroken)
    app.add_template_filter(without_lang)
    app.add_template_global(here)
    app.add_template_global(tongue)
    app.add_template_global(language_name)
    app.add_template_global(lang_of)
    app.add_template_global(spoken)
    app.context_processor(_globals)


def number(value):
    """Write a count as the reader's locale does: 12,408 or 12 408."""
    return format_decimal(value, locale=get_locale())


def day(value):
    """Write a date in words: 23 September 2026; of an instant, the day it was in the campaign's zone."""
    date = value.astimezone(_zone()).date() if hasattr(value, "hour") else value
    return long_date(date, get_locale())


def moment(value):
    """Write an instant with its hour, and the city by whose clock it is told: that of the campaign's zone."""
    city = get_timezone_location(_zone(), locale=get_locale(), return_city=True)
    return f"{day(value)}, {clock_time(value, get_locale(), _zone())} ({city})"


def minute(value):
    """Write an instant as briefly as a table needs it, in the zone of the campaign: 23 Sept 2026, 16:08."""
    return f"{format_date(value.astimezone(_zone()), locale=get_locale())}, {clock_time(value, get_locale(), _zone())}"


def size(value):
    """Write how large a file of so many bytes is: 72.6 kB, or 72,6 ko in French."""
    thousands = min(max(int(math.log10(max(value, 1)) // 3), 1), len(SIZES))
    unit = f"digital-{SIZES[thousands - 1]}"
    return format_unit(
        value / 1000**thousands, unit, length="short", format="#,##0.#", locale=get_locale()
    )


def in_zone(value, zone):
    """Write an instant as clocks of a zone show it: 23 September 2026, 16:08 (Toronto); without a zone, the campaign's."""
    there = ZoneInfo(zone) if zone else _zone()
    date = long_date(value.astimezone(there), get_locale())
    place = there.key.rpartition("/")[2].replace("_", " ")
    return f"{date}, {clock_time(value, get_locale(), there)} ({place})"


def iso(value):
    """Write a date or an instant for machines."""
    return (
        value.astimezone(UTC).isoformat(timespec="seconds")
        if hasattr(value, "hour")
        else value.isoformat()
    )


def unbroken(words):
    """Write a title so that short words with a hyphen, such as forty-three, stay on one line however narrow the page is."""
    pieces = HYPHENATED.split(words)
    kept = (
        f'<span class="nowrap">{piece}</span>'
        if at % 2 and len(piece) <= MAX_UNBROKEN_LENGTH
        else str(escape(piece))
        for at, piece in enumerate(pieces)
    )
    return Markup("".join(kept))


def here(lang):
    """Return the address of the present page in another language, without its query; home where there is none.

    The doors of the workspace have one address in all languages, and are asked for another by `?lang=`.
    """
    if request.blueprint and request.blueprint.startswith("organize."):
        query = {name: value for name, value in request.args.items() if name == "next"}
        return (
            url_for(request.endpoint, **(request.view_args or {}), **query)
            + f"{'&' if query else '?'}lang={lang}"
        )
    if request.endpoint and "lang" in (request.url_rule.arguments if request.url_rule else ()):
        return url_for(request.endpoint, **{**(request.view_args or {}), "lang": lang})
    return url_for("causes.index", lang=lang)


def tongue(lang):
    """Return the address that the language switch leads to: `here`, with what was asked of this page."""
    asked = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if not is_tracking_parameter(name)
    ]
    query = (
        "" if request.blueprint and request.blueprint.startswith("organize.") else urlencode(asked)
    )
    return f"{here(lang)}?{query}" if query else here(lang)


def without_lang(path):
    """Return the address that leads each reader to their own language: /en/events/ is /events/."""
    return "/" + path.split("/", 2)[2]


def language_name(lang):
    """Return what the speakers of a language call it."""
    return NAMES[lang]


def lang_of(lang):
    """Return the attribute of an element whose words are in `lang`: nothing where the page is in it already."""
    return Markup("") if lang == chosen_lang() else Markup(' lang="{}"').format(lang)


def spoken(words, lang):
    """Write words within a sentence, such as a title in it, so that a voice reads them in their own language."""
    return (
        escape(words)
        if lang == chosen_lang()
        else Markup('<span lang="{}">{}</span>').format(lang, words)
    )


def _zone():
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def _globals():
    return {
        "lang": chosen_lang(),
        "languages": current_app.config["LANGUAGES"],
        "shared_locales": SHARED,
        "site_name": "Volante",
        "public_url": current_app.config["PUBLIC_URL"],
        "support_email": current_app.extensions["sender_address"],
    }
