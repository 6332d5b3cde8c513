"""Rows of a batch, written many at a time."""

from campaign.db.bulk import insert_all
from campaign.extensions import db
from campaign.imports.models import ImportRow

AT_ONCE = 500
_table = ImportRow.__table__


def row_of(batch_id, place, **columns):
    """Return the columns of an ImportRow that is empty but for `columns`."""
    empty = {"cells": None, "typed": None, "fault": "", "left_out": False, "fate": "", "why": {}}
    return {
        **empty,
        "sheet": "",
        "sheet_row": "",
        "signature_id": None,
        **columns,
        "batch_id": batch_id,
        "place": place,
    }


def insert_rows(rows):
    """Write rows, dicts of the same columns."""
    for start in range(0, len(rows), AT_ONCE):
        insert_all(db.session.connection(), _table, rows[start : start + AT_ONCE])
