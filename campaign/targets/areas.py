"""The areas in which a postal code lies. Nothing is looked up outside the database.

The organizer's own codes come first: those with the longest beginning that fits. Without one, the
code tells a state of Mexico or a province of Canada, as ISO 3166-2 names them. We never guess:
where a code lies in several areas, all are returned, and the person chooses.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, select

from campaign.db.upsert import insert_all
from campaign.extensions import db
from campaign.targets.models import AreaCode
from campaign.text.postal_codes import MAX_LENGTH, PostalCodeRefused, clean_postal_code
from campaign.text.postal_regions import postal_region, region_name

BATCH_SIZE = 500
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")


class Area(NamedTuple):
    """An area that targets represent: an OCD division id, an ISO 3166-2 code or an own code."""

    id: str
    name: str


def areas_of_postal_code(*, organisation_id: int, country: str, postal_code: str) -> list[Area]:
    """Return the areas of a postal code, in the order of their names, or none if we know none."""
    country = country.upper()
    code = code_prefix(_as_written(country, postal_code))
    if not code:
        return []
    return _own_areas(organisation_id, country, code) or [
        Area(region, region_name(region))
        for region in getattr(postal_region(country, code), "codes", ())
    ]


def code_prefix(text: str) -> str:
    """Return a postal code, or its beginning, without spaces and hyphens and in capitals."""
    return _SEPARATORS.sub("", text).upper()[:MAX_LENGTH]


def area_code_count(organisation_id: int) -> int:
    """Return how many codes with their areas an organisation has."""
    query = select(func.count()).select_from(AreaCode).where(_of(organisation_id))
    return db.session.scalar(query) or 0


def area_codes(organisation_id: int) -> list[dict[str, str]]:
    """Return all codes of an organisation as dicts of `country`, `prefix`, `area`, `area_name`."""
    columns = (AreaCode.country, AreaCode.prefix, AreaCode.area, AreaCode.area_name)
    query = select(*columns).where(_of(organisation_id)).order_by(*columns[:3])
    return [dict(row._mapping) for row in db.session.execute(query)]


def set_area_codes(
    *, organisation_id: int, rows: Iterable[dict[str, str]], countries: Iterable[str]
) -> None:
    """Replace the codes of these countries by `rows`, which are as `area_codes` returns them."""
    values: list[dict[str, Any]] = [{"organisation_id": organisation_id, **row} for row in rows]
    db.session.execute(
        delete(AreaCode)
        .where(_of(organisation_id), AreaCode.country.in_(tuple(countries)))
        .execution_options(synchronize_session=False)
    )
    connection, table = db.session.connection(), AreaCode.__table__
    for start in range(0, len(values), BATCH_SIZE):
        insert_all(connection, table, values[start : start + BATCH_SIZE])


def _of(organisation_id: int) -> ColumnElement[bool]:
    return AreaCode.organisation_id == organisation_id


def _as_written(country: str, postal_code: str) -> str:
    try:
        return clean_postal_code(country, postal_code)
    except PostalCodeRefused:
        return ""


def _own_areas(organisation_id: int, country: str, code: str) -> list[Area]:
    """Return the areas of the longest own code with which this one begins."""
    beginnings = [code[:length] for length in range(1, len(code) + 1)]
    query = select(AreaCode.prefix, AreaCode.area, AreaCode.area_name).where(
        _of(organisation_id), AreaCode.country == country, AreaCode.prefix.in_(beginnings)
    )
    rows: list[Any] = list(db.session.execute(query))
    longest = max((len(row.prefix) for row in rows), default=0)
    areas = (
        Area(row.area, row.area_name or region_name(row.area) or row.area)
        for row in rows
        if len(row.prefix) == longest
    )
    return sorted(areas, key=lambda area: (area.name, area.id))
