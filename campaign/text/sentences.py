"""Texts at the beginning and the end of a sentence."""


def with_capital(text: str) -> str:
    """Return a text that is written within sentences, such as a day, as a line begins with it."""
    return text[:1].upper() + text[1:]


def before_period(text: str) -> str:
    """Return a name without its last period, where a period follows the name."""
    return text.removesuffix(".")
