"""The texts of share cards and posters, in one language."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import current_app
from flask_babel import force_locale, get_translations
from flask_babel import gettext as _

from campaign.answers.labels import OUTCOME_LABELS, RESULT_LABELS
from campaign.answers.models import Answer
from campaign.answers.queries import answers_by_petition
from campaign.causes.models import Cause
from campaign.causes.queries import cause_count, cause_numbers
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import locale_of
from campaign.i18n.long_dates import long_date
from campaign.montage.cards.drawing import Card
from campaign.montage.fonts import can_print
from campaign.montage.posters.spec import PosterSpec
from campaign.montage.queries import Variety
from campaign.montage.typesetting import PrintIdentity
from campaign.organisations.colours import day_accent
from campaign.organisations.identity import UNNAMED, identities
from campaign.petitions.kinds import PETITION, kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_counts
from campaign.site.settings import site_settings

# For each palette of colors.css: the colour of areas, and that of small text on paper.
PALETTES = {"monarch": ("#f28c1b", "#8f3604"), "water": ("#54a9e6", "#0d4577")}


def print_identity(cause: Cause, lang: str) -> PrintIdentity:
    """Return how the posters and cards of a cause show its organisation.

    If the organisation has no accent colour, they have the colours of the cause.
    """
    identity = identities().of(cause.organisation_id)
    name = identity.name(lang)
    fill, text = PALETTES.get(cause.palette, PALETTES["monarch"])
    if identity.accent:
        accent = day_accent(identity.accent)
        fill, text = accent.fill, accent.text
    return PrintIdentity(
        name=name if name != UNNAMED and can_print(name) else "",
        fill=fill,
        text=text,
        has_spots=identity.pattern == "spots",
    )


def card_of_cause(cause: Cause, lang: str) -> Card:
    """Return the Card of a cause: its montage, and its number of butterflies."""
    with force_locale(locale_of(lang)):
        count = cause_count(cause.id)
        return _card(
            cause,
            lang,
            cause.text(lang).title,
            count,
            count_caption(count),
            _address("causes.show", lang, cause.slug),
        )


def card_of_petition(petition: Petition, lang: str) -> Card:
    """Return the Card of a petition: its own signatures, and the montage of its cause."""
    with force_locale(locale_of(lang)):
        count = petition_counts([petition.id]).get(petition.id, 0)
        title = petition.current_version.text(lang, petition.original_lang).title
        kind = kind_of(petition.action_kind)
        if not count:
            caption = str(kind.texts.be_first)
        elif kind.name == PETITION:
            caption = ngettext("confirmed signature", "confirmed signatures", count)
        else:
            caption = str(kind.texts.one if count == 1 else kind.texts.many)
        address = _address(kind.show, lang, petition.slug)
        answers = answers_by_petition([petition.id]).get(petition.id, [])
        return _card(
            petition.cause,
            lang,
            title,
            count,
            caption,
            address,
            above=petition.cause.text(lang).title,
            outcome=_outcome(petition, answers),
            call=_("Read the answer") if petition.result and answers else "",
        )


def _outcome(petition: Petition, answers: Sequence[Answer]) -> str:
    """Return what came of a petition: its result, else the outcome of its answers, or ""."""
    if petition.result:
        return str(RESULT_LABELS[petition.result])
    outcome = next((answer.outcome for answer in answers if answer.outcome), "")
    if outcome:
        return _("Outcome: %(outcome)s", outcome=OUTCOME_LABELS[outcome])
    return _("Answered") if answers else ""


def _card(
    cause: Cause,
    lang: str,
    title: str,
    count: int,
    caption: str,
    address: str,
    *,
    above: str = "",
    outcome: str = "",
    call: str = "",
) -> Card:
    last, gaps = cause_numbers(cause.id)
    identity = print_identity(cause, lang)
    names = dict.fromkeys((identity.name, above))
    return Card(
        lang=lang,
        identity=identity,
        title=title,
        above="\N{NO-BREAK SPACE}· ".join(name for name in names if name and name != title),
        count=number(count, lang) if count else "",
        caption=caption,
        call=call or _("Add yours now"),
        address=address,
        shape=cause.shape,
        last=last,
        gaps=tuple(sorted(gaps)),
        outcome=outcome,
    )


def count_caption(count: int) -> str:
    """Return the text that goes with a count of butterflies."""
    if not count:
        return _("The first place is free.")
    return ngettext(
        "butterfly, for one signature or letter",
        "butterflies, one for each signature or letter",
        count,
    )


def poster_spec(
    cause: Cause,
    variety: Variety,
    numbers: tuple[int, Collection[int]],
    now: datetime,
    *,
    shape_folder: Path | str,
    names_file: Path | str = "",
    names_count: int = 0,
) -> PosterSpec:
    """Return the PosterSpec of a cause for this Variety.

    `numbers` are the last butterfly number, and the free numbers below it.
    """
    last, gaps = numbers
    count, lang = last - len(gaps), variety.lang
    with force_locale(locale_of(lang)):
        title = cause.text(lang).title
        return PosterSpec(
            file_format=variety.file_format,
            size=variety.size,
            lang=lang,
            identity=print_identity(cause, lang),
            title=title,
            count=number(count, lang) if count else "",
            caption=count_caption(count),
            counted_on=_counted_on(now, lang),
            url=_url("causes.show", lang, cause.slug),
            picture_alt=_picture_alt(title, count, lang),
            shape_folder=str(shape_folder),
            last=last,
            gaps=tuple(sorted(gaps)),
            names_file=str(names_file),
            names_texts=_names_texts(names_count, count - names_count, lang) if names_file else {},
        )


def appearance_digest_of(cause: Cause, lang: str) -> str:
    """Return a digest of what a poster shows besides butterflies.

    If it changes, existing posters are outdated at once.
    """
    content = (
        cause.text(lang).title,
        print_identity(cause, lang),
        cause.shape,
        _address("causes.show", lang, cause.slug),
    )
    return blake2b(repr(content).encode(), digest_size=16).hexdigest()


def digest_of(numbers: tuple[int, Collection[int]]) -> str:
    """Return a digest of the butterfly numbers in use."""
    last, gaps = numbers
    return blake2b(repr((last, sorted(gaps))).encode(), digest_size=16).hexdigest()


def ngettext(singular: str, plural: str, count: int, **values: Any) -> str:
    """Like Flask-Babel's `ngettext`, but `num` can be passed as formatted text."""
    return get_translations().ngettext(singular, plural, count) % values


def number(value: int, lang: str) -> str:
    """Return the number as it is written in this language."""
    return format_decimal(value, locale=locale_of(lang))


def _counted_on(now: datetime, lang: str) -> str:
    local = now.astimezone(ZoneInfo(site_settings().time_zone))
    return _(
        "Count as of %(day)s, %(hour)s (%(zone)s)",
        day=long_date(local, locale_of(lang)),
        hour=clock_time(local, lang),
        zone=_zone(local),
    )


def _zone(local: datetime) -> str:
    """Return the UTC offset, such as UTC−5 or UTC+5:30.

    Time zone abbreviations only mean such an offset, and many languages have none.
    """
    minutes = round(cast(timedelta, local.utcoffset()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _picture_alt(title: str, count: int, lang: str) -> str:
    if not count:
        return _(
            "The montage of “%(title)s”, still empty.",
            title=title,
        )
    return ngettext(
        "The montage of “%(title)s”: one butterfly so far.",
        "The montage of “%(title)s”: %(num)s butterflies, one for each signature or letter.",
        count,
        title=title,
        num=number(count, lang),
    )


def _names_texts(named: int, counted_only: int, lang: str) -> dict[str, str]:
    heading = ngettext(
        "%(num)s name, shown as the supporter chose.",
        "%(num)s names, shown as each supporter chose.",
        named,
        num=number(named, lang),
    )
    if counted_only:
        heading += " " + ngettext(
            "%(num)s more person took part without showing their name.",
            "%(num)s more people took part without showing their names.",
            counted_only,
            num=number(counted_only, lang),
        )
    return {
        "heading": heading,
        "further": _("The list continues on the next sheet."),
        "not_all": _("The whole list is in the PDF."),
        "sheet": _("Sheet %(n)s of %(m)s", n="{n}", m="{m}"),
        "unset": _("Names in scripts that we cannot print: %(n)s.", n="{n}"),
    }


def _address(endpoint: str, lang: str, slug: str) -> str:
    """Return a URL for people to read: without the scheme."""
    return _url(endpoint, lang, slug).partition("://")[2]


def _url(endpoint: str, lang: str, slug: str) -> str:
    path = current_app.url_map.bind("").build(endpoint, {"lang": lang, "slug": slug})
    public = urlsplit(current_app.config["PUBLIC_URL"])
    return f"{public.scheme}://{public.netloc}{path}"
