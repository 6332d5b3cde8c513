"""What the addresses of pictures may ask for, and how a mistake in it is said."""

from flask import abort, current_app, make_response, request
from flask_babel import gettext as _

MAX_NUMBER_LENGTH = 9


def asked_number(name, *, least, most, usual):
    """Return the whole number that the address asks for, or `usual`; answer 400 where it is none, and say why."""
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


def asked_word(name, words, usual):
    """Return the one of `words` that the address asks for, in capitals or not, or `usual`; answer 400 where it is none."""
    asked = request.args.get(name, usual)
    found = next((word for word in words if word.lower() == asked.lower()), None)
    if found is None:
        _refuse(_("%(name)s must be one of: %(words)s.", name=name, words=", ".join(words)))
    return found


def asked_lang():
    """Return the language that a picture is to speak: it does not depend on who asks, as pictures are shared."""
    languages = current_app.config["LANGUAGES"]
    return asked_word("lang", languages, languages[0])


def _refuse(sentence):
    abort(make_response(sentence + "\n", 400, {"Content-Type": "text/plain; charset=utf-8"}))
