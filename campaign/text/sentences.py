"""Texts at the beginning and the end of a sentence, and within quotation marks."""

import re

# French quotes within « » with “ ”, English and Spanish within “ ” with ‘ ’.
_INNER_MARKS = {"fr": str.maketrans("«»", "“”"), "en": str.maketrans("“”«»", "‘’‘’")}
# French sets a no-break space inside « », and none inside the inner marks.
_INNER_SPACE = re.compile("(?<=«)[\u00a0\u202f]|[\u00a0\u202f](?=»)")


def with_capital(text: str) -> str:
    """Return a text that is written within sentences, such as a day, as a line begins with it."""
    return text[:1].upper() + text[1:]


def within_quotation(text: str, lang: str) -> str:
    """Return a text as a quotation in `lang` contains it, with inner marks for its own quotes."""
    return _INNER_SPACE.sub("", text).translate(_INNER_MARKS.get(lang, _INNER_MARKS["en"]))


def before_period(text: str) -> str:
    """Return a name without its last period, where a period follows the name."""
    return text.removesuffix(".")
