"""The columns of what is delivered: of each signature no more than its supporter was told when they signed."""

from sqlalchemy import case, select

from campaign.exports.columns import COLUMNS, Column
from campaign.extensions import db
from campaign.petitions.models import HANDED_DETAILS, PetitionVersion
from campaign.signatures.models import Signature, shown_name


def delivered_columns(petition_id):
    """Return the COLUMNS of exports as a petition's targets may get them: emptied for signatures whose version told less."""
    row = PetitionVersion
    versions = db.session.execute(
        select(row.id, row.handed_names, row.handed_details).where(row.petition_id == petition_id)
    ).all()
    columns = dict(COLUMNS)
    told_names = [each.id for each in versions if each.handed_names == "full"]
    if len(told_names) < len(versions):
        columns["full_name"] = _full_name(told_names)
    for name in HANDED_DETAILS:
        told = [each.id for each in versions if name in each.handed_details]
        if len(told) < len(versions):
            columns[name] = _emptied(columns[name], told)
    return columns


def _full_name(told):
    """A full name where that was told, and otherwise the name as it may be shown."""
    column = COLUMNS["full_name"]
    display = case((Signature.version_id.in_(told), "full"), else_=Signature.name_display)
    return Column(column.label, (display, *column.sources), make=shown_name)


def _emptied(column, told):
    is_told = Signature.version_id.in_(told)
    return column._replace(
        sources=tuple(case((is_told, source), else_=None) for source in column.sources),
        make=_told(column.make),
    )


def _told(make):
    """Return what makes a text of sources that are all None where the supporter was not told."""
    return lambda *sources: "" if None in sources else make(*sources) if make else sources[0]
