"""Which languages the site offers, and which of them someone gets."""

from collections.abc import Iterable

from flask import request

from campaign.i18n.fallbacks import nearest
from campaign.i18n.locales import UnknownLanguage, normalised
from campaign.site.settings import site_settings


def default_lang() -> str:
    """Return the first language of the site, in which texts are unless someone says otherwise."""
    return site_settings().default_lang


def languages_with(written: Iterable[str]) -> tuple[str, ...]:
    """Return the languages of the site, then others of `written`, whose texts must not be lost."""
    return tuple(dict.fromkeys((*site_settings().languages, *written)))


def offered_among(written: Iterable[str]) -> tuple[str, ...]:
    """Return those of the languages in which there are pages of the site."""
    languages = site_settings().languages
    return tuple(lang for lang in written if lang in languages)


def request_lang() -> str:
    """Return the language in the URL, else the visitor's first that we have, else our first."""
    if not request:
        return default_lang()
    accepted = (tag.replace("_", "-") for tag, _quality in request.accept_languages)
    return offered_lang([request.path.split("/", 2)[1], *accepted])


def offered_lang(tags: Iterable[str]) -> str:
    """Return the language of the site that suits best someone who prefers `tags`, best first.

    Case does not matter, and tags that are no languages are ignored. Without a match this is the
    first language of the site.
    """
    languages = site_settings().languages
    for tag in tags:
        if tag in languages:
            return tag
        try:
            match = nearest(languages, normalised(tag))
        except UnknownLanguage:
            continue
        if match:
            return match
    return languages[0]
