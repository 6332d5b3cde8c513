"""Query parameters of picture URLs. Invalid ones get a 400 that says what is wrong."""

from collections.abc import Iterable
from typing import NoReturn

from flask import abort, make_response, request
from flask_babel import gettext as _

from campaign.site.settings import site_settings

MAX_NUMBER_LENGTH = 9


def number_parameter(name: str, *, minimum: int, maximum: int, default: int) -> int:
    """Return the whole number in the query parameter `name`, or `default` without one.

    Answer 400 with the reason if it is not a number from `minimum` to `maximum`.
    """
    text = request.args.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_LENGTH
    if not is_number or not minimum <= int(text) <= maximum:
        _refuse(
            _(
                "%(name)s must be a whole number from %(min)s to %(max)s.",
                name=name,
                min=minimum,
                max=maximum,
            )
        )
    return int(text)


def choice_parameter(name: str, choices: Iterable[str], default: str) -> str:
    """Return which of `choices` the query parameter `name` is, or `default` without one.

    Case does not matter. Answer 400 if it is none of them.
    """
    value = request.args.get(name, default)
    chosen = next((choice for choice in choices if choice.lower() == value.lower()), None)
    if chosen is None:
        _refuse(_("%(name)s must be one of: %(words)s.", name=name, words=", ".join(choices)))
    return chosen


def language_parameter() -> str:
    """Return the language of a picture: `lang`, or the site's first language.

    It does not depend on the visitor, because pictures are shared.
    """
    languages = site_settings().languages
    return choice_parameter("lang", languages, languages[0])


def _refuse(sentence: str) -> NoReturn:
    abort(make_response(sentence + "\n", 400, {"Content-Type": "text/plain; charset=utf-8"}))
