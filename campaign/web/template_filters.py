"""Template filters and globals for numbers, dates and URLs, in the reader's language."""

import math
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from babel.units import format_unit
from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from wtforms.form import BaseForm

from campaign.http.tracking_parameters import is_tracking_parameter
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import (
    current_locale,
    direction,
    language_name,
    language_of,
    locale_of,
    translated_language_name,
)
from campaign.i18n.long_dates import long_date, short_date
from campaign.i18n.time_zones import city_name
from campaign.mail.writing.merging import breakable
from campaign.organisations.presenters import page_identity
from campaign.site.settings import local_day, site_settings
from campaign.text.sentences import before_period, with_capital, within_quotation
from campaign.web.languages import chosen_lang

# A word with hyphens, and how long it may be to fit the narrowest phone at the largest text size.
HYPHENATED = re.compile(r"((?:[^\W\d_]+-)+[^\W\d_]+)")
MAX_UNBROKEN_LENGTH = 14
SOFTWARE_NAME = "Volante"
SIZES = ("kilobyte", "megabyte", "gigabyte")


def init_app(app: Flask) -> None:
    app.add_template_filter(number)
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(minute)
    app.add_template_filter(size)
    app.add_template_filter(in_zone)
    app.add_template_filter(iso)
    app.add_template_filter(page_title)
    app.add_template_filter(unbroken)
    app.add_template_filter(breakable)
    app.add_template_filter(without_lang)
    app.add_template_filter(with_capital)
    app.add_template_filter(before_period)
    app.add_template_filter(quoted)
    app.add_template_global(url_in_language)
    app.add_template_global(language_switch_url)
    app.add_template_global(language_name)
    app.add_template_global(translated_language)
    app.add_template_global(locale_of)
    app.add_template_global(lang_of)
    app.add_template_global(is_understood)
    app.add_template_global(spoken)
    app.add_template_global(spoken_within)
    app.context_processor(_globals)


def number(value: float) -> str:
    """Format a count in the reader's locale: 12,408 or 12 408."""
    return format_decimal(value, locale=current_locale())


def day(value: date | datetime) -> str:
    """Format a date: 23 September 2026. An instant gives its day in the site's time zone."""
    local = local_day(value) if isinstance(value, datetime) else value
    return long_date(local, current_locale())


def moment(value: datetime) -> str:
    """Format an instant with its time in the site's time zone, and name that zone's city."""
    return in_zone(value, None)


def minute(value: datetime) -> str:
    """Format an instant briefly for tables, in the site's time zone: 23 Sept 2026, 16:08."""
    local, locale = value.astimezone(_zone()), current_locale()
    return f"{short_date(local, locale)}, {clock_time(local, locale)}"


def size(value: int) -> str:
    """Format a file size in bytes: 72.6 kB, or 72,6 ko in French."""
    thousands = min(max(int(math.log10(max(value, 1)) // 3), 1), len(SIZES))
    unit = f"digital-{SIZES[thousands - 1]}"
    return format_unit(
        value / 1000**thousands, unit, length="short", format="#,##0.#", locale=current_locale()
    )


def in_zone(value: datetime, zone: str | None) -> str:
    """Format an instant: September 23, 2026, 16:08 (Toronto). `zone` None is that of the site."""
    time_zone = ZoneInfo(zone) if zone else _zone()
    date = long_date(value.astimezone(time_zone), current_locale())
    city = city_name(time_zone.key, current_locale())
    return f"{date}, {clock_time(value, current_locale(), time_zone)} ({city})"


def iso(value: date | datetime) -> str:
    """Format a date or an instant for machines (ISO 8601, instants in UTC)."""
    return (
        value.astimezone(UTC).isoformat(timespec="seconds")
        if isinstance(value, datetime)
        else value.isoformat()
    )


@pass_context
def page_title(context: Context, title: Markup) -> Markup:
    """Return the title, or say first that what was sent was not accepted.

    People who use a screen reader, or see only the tab, learn it from the title. A page has such an
    answer if its view says `refused`, or if one of its forms has errors.
    """
    # By type, because to look into a proxy such as `session` would count as using it.
    forms = (value for value in context.get_all().values() if issubclass(type(value), BaseForm))
    if not context.get("refused") and not any(form.errors for form in forms):
        return title
    return Markup(_("Error: %(title)s", title=title))  # noqa: S704 - the title is escaped


def unbroken(text: str) -> Markup:
    """Mark up a title so that short hyphenated words, such as twenty-one, never break."""
    pieces = HYPHENATED.split(text)
    parts = (
        f'<span class="nowrap">{piece}</span>'
        if index % 2 and len(piece) <= MAX_UNBROKEN_LENGTH
        else str(escape(piece))
        for index, piece in enumerate(pieces)
    )
    return Markup("".join(parts))  # noqa: S704 - the parts are escaped


def url_in_language(lang: str) -> str:
    """Return the URL of this page in another language, without its query, or else the home page's.

    Workspace pages have one URL for all languages and take the language as `?lang=`.
    """
    if request.blueprint and request.blueprint.startswith("organize."):
        query = {name: value for name, value in request.args.items() if name == "next"}
        return (
            url_for(request.endpoint or "", **{**(request.view_args or {}), **query})
            + f"{'&' if query else '?'}lang={lang}"
        )
    if request.endpoint and "lang" in (request.url_rule.arguments if request.url_rule else ()):
        return url_for(request.endpoint, **{**(request.view_args or {}), "lang": lang})
    return url_for("causes.index", lang=lang)


def language_switch_url(lang: str) -> str:
    """Return `url_in_language` with this page's query, without parameters that track people."""
    parameters = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if not is_tracking_parameter(name)
    ]
    query = (
        ""
        if request.blueprint and request.blueprint.startswith("organize.")
        else urlencode(parameters)
    )
    return f"{url_in_language(lang)}?{query}" if query else url_in_language(lang)


def without_lang(path: str) -> str:
    """Return the path that redirects readers to their own language: /en/events/ is /events/."""
    return "/" + path.split("/", 2)[2]


def lang_of(lang: str) -> Markup:
    """Return the attributes for text in `lang`: nothing if the page is in that language."""
    page_lang = chosen_lang()
    if lang == page_lang:
        return Markup("")
    side = direction(lang)
    attributes = Markup(' lang="{}"').format(lang)
    return (
        attributes
        if side == direction(page_lang)
        else attributes + Markup(' dir="{}"').format(side)
    )


def translated_language(tag: str) -> str:
    """Return the name of a language in the reader's, as used within a sentence: anglais."""
    return translated_language_name(tag, str(current_locale()))


def is_understood(lang: str) -> bool:
    """Return whether a reader of this page understands `lang`: it is a variety of its language."""
    return language_of(lang) == language_of(chosen_lang())


def quoted(text: str) -> str:
    """Return a text that a sentence of the page puts in quotation marks."""
    return within_quotation(text, language_of(current_locale()))


def spoken(text: str, lang: str) -> Markup:
    """Mark text within a sentence, such as a title, so that screen readers use its own language."""
    return (
        escape(text)
        if lang == chosen_lang()
        else Markup("<span{}>{}</span>").format(lang_of(lang), text)
    )


def spoken_within(sentence: str, text: str, lang: str) -> Markup:
    """Return a sentence in which `text`, where it occurs first, is marked as `spoken` does."""
    before, part, after = sentence.partition(text)
    return Markup("{}{}{}").format(before, spoken(part, lang) if part else "", after)


def _zone() -> ZoneInfo:
    return ZoneInfo(site_settings().time_zone)


def _globals() -> dict[str, Any]:
    identity = page_identity(chosen_lang())
    return {
        "lang": chosen_lang(),
        "identity": identity,
        "languages": site_settings().languages,
        "direction": direction(chosen_lang()),
        "site_name": identity.name,
        "software_name": SOFTWARE_NAME,
        "public_url": current_app.config["PUBLIC_URL"],
        "source_url": current_app.config["SOURCE_URL"],
        "support_email": identity.email,
    }
