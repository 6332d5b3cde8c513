"""The region that the beginning of a postal code tells of."""

import tomllib
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "postal_regions.toml"
# Elsewhere two characters are a region wide enough to name nobody.
SIGNS = 2


def region_of(country, area):
    """Return the region of a postal code that begins with `area`: a name where we know one, else its beginning, as in `75…`."""
    names = _regions().get(country)
    if names:
        return names.get(area[:1]) or names.get(area[:2]) or f"{area[:SIGNS]}…"
    return f"{area[:SIGNS]}…"


@cache
def _regions():
    return tomllib.loads(DATA.read_text("utf-8"))
