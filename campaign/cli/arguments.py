"""Check what is typed after a command, and whether the row that it names exists."""

from typing import TypeVar

import click

from campaign.site.settings import site_settings
from campaign.text.slugs import MAX_SLUG_LENGTH, is_slug

Row = TypeVar("Row")


def valid_slug(_context: click.Context, _parameter: click.Parameter, slug: str) -> str:
    """Return `slug`. Raise BadParameter, which says what a slug is."""
    if not is_slug(slug):
        raise click.BadParameter(
            f"{slug!r} is not a slug. Use at most {MAX_SLUG_LENGTH} lower-case letters, digits and"
            " hyphens, such as law-of-2026."
        )
    return slug


def site_lang(_context: click.Context, _parameter: click.Parameter, lang: str | None) -> str:
    """Return `lang`, by default the first language of the site, as `check_lang` does."""
    return check_lang(lang) if lang else site_settings().default_lang


def check_lang(lang: str) -> str:
    """Return `lang`. Raise BadParameter if it is no language of the site."""
    languages = site_settings().languages
    if lang not in languages:
        raise click.BadParameter(
            f"{lang!r} is not a language of this site ({', '.join(languages)}).",
            param_hint="--lang",
        )
    return lang


def existing(row: Row | None, kind: str, slug: str) -> Row:
    """Return the row, or end the command if there is none of this kind with this slug."""
    if row is None:
        raise click.ClickException(f"There is no {kind} with the slug {slug!r}.")
    return row
