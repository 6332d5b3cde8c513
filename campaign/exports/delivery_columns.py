"""The columns of a delivery: only what each supporter was told we would hand over."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import case, select

from campaign.exports.columns import COLUMNS, Column
from campaign.extensions import db
from campaign.petitions.models import DELIVERED_DETAILS, PetitionVersion
from campaign.signatures.models import Signature, shown_name


def delivered_columns(petition_id: int) -> dict[str, Column]:
    """Return the export COLUMNS that a petition's targets may get.

    A column is empty for signatures whose petition version did not announce it.
    """
    row = PetitionVersion
    versions = db.session.execute(
        select(row.id, row.delivered_names, row.delivered_details).where(
            row.petition_id == petition_id
        )
    ).all()
    columns = dict(COLUMNS)
    full_name_versions = [version.id for version in versions if version.delivered_names == "full"]
    if len(full_name_versions) < len(versions):
        columns["full_name"] = _full_name(full_name_versions)
    for name in DELIVERED_DETAILS:
        announcing = [version.id for version in versions if name in version.delivered_details]
        if len(announcing) < len(versions):
            columns[name] = _withhold(columns[name], announcing)
    return columns


def _full_name(announcing: Sequence[int]) -> Column:
    """Return the full name where it was announced, otherwise the name as it may be shown."""
    column = COLUMNS["full_name"]
    display = case((Signature.version_id.in_(announcing), "full"), else_=Signature.name_display)
    return Column(column.label, (display, *column.sources), make=shown_name)


def _withhold(column: Column, announcing: Sequence[int]) -> Column:
    is_announced = Signature.version_id.in_(announcing)
    return column._replace(
        sources=tuple(case((is_announced, source), else_=None) for source in column.sources),
        make=_blank_if_withheld(column.make),
    )


def _blank_if_withheld(make: Callable[..., Any] | None) -> Callable[..., Any]:
    """Wrap `make` to return an empty text if the supporter was not told: then sources are None."""
    return lambda *sources: "" if None in sources else make(*sources) if make else sources[0]
