"""Find the region that the beginning of a postal code belongs to."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "postal_regions.toml"
# In other countries, a region of two characters is wide enough not to identify anyone.
SIGNS = 2


def region_of(country: str, area: str) -> str:
    """Return the region of postal codes that begin with `area`.

    Return its name if we know one, else the beginning of the code, such as `75…`.
    """
    names = _regions().get(country)
    if names:
        return names.get(area[:1]) or names.get(area[:2]) or f"{area[:SIGNS]}…"
    return f"{area[:SIGNS]}…"


@cache
def _regions() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text("utf-8"))
