"""Insert the rows of a batch in bulk."""

from collections.abc import Sequence
from typing import Any

from campaign.db.upsert import insert_all
from campaign.extensions import db
from campaign.imports.models import ImportRow

BATCH_SIZE = 500
_table = ImportRow.__table__


def row_of(batch_id: int, row_number: int, **columns: Any) -> dict[str, Any]:
    """Return all columns of an ImportRow, with empty values except for `columns`."""
    empty: dict[str, Any] = {
        "cells": None,
        "typed": None,
        "error_code": "",
        "left_out": False,
        "outcome": "",
        "outcome_details": {},
    }
    return {
        **empty,
        "sheet": "",
        "sheet_row": "",
        "signature_id": None,
        **columns,
        "batch_id": batch_id,
        "place": row_number,
    }


def insert_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, given as dicts with the same keys."""
    for start in range(0, len(rows), BATCH_SIZE):
        insert_all(db.session.connection(), _table, rows[start : start + BATCH_SIZE])
