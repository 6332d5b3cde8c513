"""Checks of what is typed after a command."""

import click

from campaign.text.slugs import MAX_SLUG_LENGTH, is_slug


def valid_slug(_context: click.Context, _parameter: click.Parameter, slug: str) -> str:
    """Return `slug`; raise BadParameter, which says what a slug is."""
    if not is_slug(slug):
        raise click.BadParameter(
            f"{slug!r} is not a slug. Use at most {MAX_SLUG_LENGTH} lower-case letters, digits and"
            " hyphens, such as law-of-2026."
        )
    return slug
