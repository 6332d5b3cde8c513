"""Query parameters of picture URLs. Invalid ones get a 400 that says what is wrong."""

from collections.abc import Iterable
from typing import NoReturn

from flask import abort, current_app, make_response, request
from flask_babel import gettext as _

MAX_NUMBER_LENGTH = 9


def asked_number(name: str, *, least: int, most: int, usual: int) -> int:
    """Return the whole number in the query parameter `name`, or `usual` without one.

    Answer 400 with the reason if it is not a number from `least` to `most`.
    """
    text = request.args.get(name)
    if text is None:
        return usual
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_LENGTH
    if not is_number or not least <= int(text) <= most:
        _refuse(
            _(
                "%(name)s must be a whole number from %(least)s to %(most)s.",
                name=name,
                least=least,
                most=most,
            )
        )
    return int(text)


def asked_word(name: str, words: Iterable[str], usual: str) -> str:
    """Return which of `words` the query parameter `name` is, or `usual` without one.

    Case does not matter. Answer 400 if it is none of them.
    """
    asked = request.args.get(name, usual)
    found = next((word for word in words if word.lower() == asked.lower()), None)
    if found is None:
        _refuse(_("%(name)s must be one of: %(words)s.", name=name, words=", ".join(words)))
    return found


def asked_lang() -> str:
    """Return the language of a picture: `lang`, or the site's first language.

    It does not depend on the visitor, because pictures are shared.
    """
    languages = current_app.config["LANGUAGES"]
    return asked_word("lang", languages, languages[0])


def _refuse(sentence: str) -> NoReturn:
    abort(make_response(sentence + "\n", 400, {"Content-Type": "text/plain; charset=utf-8"}))
