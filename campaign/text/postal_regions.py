"""The region of a country in which a postal code lies, by the beginning of the code."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data" / "postal_regions.toml"
# The longest beginning of a code that tells a region.
MAX_BEGINNING = 2


class PostalRegion(NamedTuple):
    """A region: its name, and the ISO 3166-2 codes of what it consists of."""

    name: str
    codes: tuple[str, ...]


def postal_region(country: str, code: str) -> PostalRegion | None:
    """Return the region of the postal codes that begin like `code`, or None if we know none."""
    regions = _regions().get(country)
    if regions is None:
        return None
    return next(
        (
            regions[code[:length]]
            for length in range(1, MAX_BEGINNING + 1)
            if code[:length] in regions
        ),
        None,
    )


def region_name(code: str) -> str:
    """Return the name of the region with an ISO 3166-2 code, or "" if we know none."""
    return _names().get(code, "")


@cache
def _data() -> dict[str, dict[str, dict[str, str]]]:
    data: dict[str, dict[str, dict[str, str]]] = tomllib.loads(DATA.read_text("utf-8"))
    return data


@cache
def _names() -> dict[str, str]:
    return {code: name for country in _data().values() for code, name in country["codes"].items()}


@cache
def _regions() -> dict[str, dict[str, PostalRegion]]:
    return {
        country: {
            beginning: PostalRegion(
                ", ".join(data["codes"][code] for code in codes.split()), tuple(codes.split())
            )
            for beginning, codes in data["beginnings"].items()
        }
        for country, data in _data().items()
    }
