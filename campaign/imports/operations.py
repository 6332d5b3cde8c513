"""Batches until they come in: begun from a file or a sheet, matched, mended, decided on, or dropped.

Each operation takes the batch as `seen`, the instant at which the page showed it last changed, and raises ChangedMeanwhile
where somebody else was quicker. What is decided here is decided again when the batch comes in.
"""

from collections import Counter
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.imports.columns import guessed, is_heading
from campaign.imports.models import ImportBatch, ImportRow, PrintRun
from campaign.imports.values import is_day_first
from campaign.lib.bulk import insert_all
from campaign.lib.times import utcnow

AT_ONCE = 500
KEPT = timedelta(days=7)
ROWS_ON_SHEET = 10

_rows = ImportRow.__table__


class BatchClosed(CampaignError):
    """The batch comes in or did, was undone or dropped, and takes no more changes."""

    status = 409


class ChangedMeanwhile(CampaignError):
    """Somebody else changed the batch since the page was shown."""

    status = 409


def print_sheets(*, petition, lang, paper, sheets, wording):
    """Note that so many sheets are printed of the petition's present text; return the PrintRun, which knows their serials."""
    run = PrintRun(
        cause_id=petition.cause_id,
        petition_id=petition.id,
        version_id=petition.current_version.id,
        lang=lang,
        paper=paper,
        sheets=sheets,
        wording=wording,
    )
    db.session.add(run)
    db.session.flush()
    return run


def begin_file(*, batch, table, left_out=frozenset()):
    """Keep the rows of a Table, those at places `left_out` as such, in the ImportBatch that `batch_of` made; return the open batch."""
    db.session.add(batch)
    db.session.flush()
    _insert([_row(batch.id, row.place, cells=row.cells, fault=row.fault, left_out=row.place in left_out) for row in table.rows])
    return batch


def batch_of(*, petition, organizer_id, name, table, lang, remembered=None, **settings):
    """Return the ImportBatch of a Table, not yet kept, with columns matched as far as their names tell.

    `remembered` is the {column name: field} of earlier files, which counts more than our own guess.
    """
    heading, remembered = table.rows[0].cells, remembered or {}
    has_heading = is_heading(heading, petition.questions) or any(cell in remembered for cell in heading)
    mapping = _matched(heading, petition.questions, remembered) if has_heading else {}
    dates = [place for place, field in mapping.items() if field == "signed_at"]
    told = is_day_first([row.cells[place] for row in table.rows[1:] for place in dates if place < len(row.cells)])
    return _begun(
        petition,
        kind="file",
        organizer_id=organizer_id,
        name=name[:120],
        lang=lang,
        header=heading if has_heading else [],
        mapping={str(place): field for place, field in mapping.items()},
        read_as={"encoding": table.encoding, "delimiter": table.delimiter, "width": max(len(row.cells) for row in table.rows)},
        rows=len(table.rows) - has_heading,
        **{"day_first": told is not False, **settings},
    )


def begin_sheet(*, petition, organizer_id, sheet, lang, signed_on, country, wording, version_id, rows=ROWS_ON_SHEET):
    """Begin to type a sheet; return the open batch, whose rows are still empty."""
    batch = _begun(
        petition,
        kind="typed",
        organizer_id=organizer_id,
        name=sheet,
        sheet=sheet,
        lang=lang,
        signed_on=signed_on,
        country=country,
        wording=wording,
        version_id=version_id,
    )
    db.session.add(batch)
    db.session.flush()
    _insert([_row(batch.id, place, typed={}) for place in range(1, rows + 1)])
    return batch


def match(*, batch_id, seen, mapping, has_heading, **settings):
    """Say what the columns of a file hold ({place: field}), whether its first row names them, and what holds for all rows."""
    batch = _changed(batch_id, seen)
    first = db.session.scalar(select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(ImportRow.place).limit(1))
    had_heading = bool(batch.header)
    batch.header = list(first.cells) if has_heading else []
    batch.rows += had_heading - has_heading
    batch.mapping = {str(place): field for place, field in mapping.items()}
    for name, value in settings.items():
        setattr(batch, name, value)
    batch.checked_at, batch.counts = None, {}
    db.session.flush()
    return batch


def keep_typed(*, batch_id, typed, seen=None, left_out=None):
    """Keep what was typed in rows, {place: {field: text}}; of those rows `left_out` names the ones that stay out."""
    batch = _changed(batch_id, seen)
    known = {row.place: row for row in _chosen(batch_id, typed)}
    fresh = [place for place in typed if place not in known] if batch.kind == "typed" else []
    for place, row in known.items():
        row.typed = {**(row.typed or {}), **typed[place]} if batch.kind == "file" else typed[place]
        row.fate, row.why = "", {}
        if left_out is not None:
            row.left_out = place in left_out
        if row.left_out is False and row.fault and typed[place]:
            # Somebody has looked at the broken row, and written what it should say.
            row.fault = ""
    db.session.flush()
    _insert([_row(batch_id, place, typed=typed[place]) for place in fresh])
    batch.checked_at = None
    db.session.flush()
    return batch


def leave_out_wrong(*, batch_id, seen):
    """Leave all rows out that are wrong; return how many."""
    _changed(batch_id, seen)
    chosen = (ImportRow.batch_id == batch_id, ImportRow.fate == "wrong")
    done = db.session.execute(
        update(ImportRow).where(*chosen).values(left_out=True, fate="left_out").execution_options(synchronize_session=False)
    ).rowcount
    _count(batch_id)
    return done


def keep_fates(*, batch_id, seen, decided, now):
    """Write down what was decided of each row."""
    batch = _changed(batch_id, seen)
    kept = {row.place: row for row in db.session.execute(select(_rows).where(_rows.c.batch_id == batch_id))}
    names = [column.name for column in _rows.columns]
    rows = []
    for each in decided:
        row = dict(zip(names, kept.pop(each.place), strict=True))
        rows.append({**row, "fate": each.fate, "why": each.why})
    # What is left names the columns, or is an empty line of a sheet. All written anew is quicker than one by one.
    db.session.execute(delete(_rows).where(_rows.c.batch_id == batch_id, _rows.c.place.not_in(list(kept))))
    _insert(rows)
    batch.checked_at = now
    batch.counts = dict(Counter(each.fate for each in decided))
    db.session.flush()
    return batch


def drop(*, batch_id, now):
    """Throw an open batch away, with all that was written in it."""
    batch = _changed(batch_id)
    db.session.execute(delete(_rows).where(_rows.c.batch_id == batch_id))
    batch.state, batch.closed_at = "dropped", now
    db.session.flush()
    return batch


def open_batch(batch_id):
    """Return the batch, locked until the transaction ends. Raises BatchClosed."""
    batch = db.session.get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None or not batch.is_open:
        raise BatchClosed(batch_id)
    return batch


def demand_unchanged(batch, seen):
    """Raise ChangedMeanwhile where the batch was changed since the instant `seen`, in ISO 8601."""
    if seen is not None and batch.changed_at.isoformat() != seen:
        raise ChangedMeanwhile(batch.id)


def _changed(batch_id, seen=None):
    batch = open_batch(batch_id)
    demand_unchanged(batch, seen)
    batch.changed_at = max(utcnow(), batch.changed_at + timedelta(microseconds=1))
    return batch


def _begun(petition, **columns):
    columns = {"version_id": petition.current_version.id, **columns}
    now = utcnow()
    return ImportBatch(
        cause_id=petition.cause_id, petition_id=petition.id, state="open", created_at=now, changed_at=now, **columns
    )


def _matched(heading, questions, remembered):
    mapping = guessed(heading, questions)
    known = {place: remembered[cell] for place, cell in enumerate(heading) if cell in remembered}
    taken = {field for field in known.values() if field}
    mapping = {place: field for place, field in mapping.items() if place not in known and field not in taken}
    return {**mapping, **{place: field for place, field in known.items() if field}}


def _row(batch_id, place, **columns):
    empty = {"cells": None, "typed": None, "fault": "", "left_out": False, "fate": "", "why": {}}
    return {**empty, "sheet": "", "sheet_row": "", "signature_id": None, **columns, "batch_id": batch_id, "place": place}


def _insert(rows):
    for start in range(0, len(rows), AT_ONCE):
        insert_all(db.session.connection(), _rows, rows[start : start + AT_ONCE])


def _chosen(batch_id, places):
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.place.in_(list(places)))
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def _count(batch_id):
    rows = db.session.execute(
        select(ImportRow.fate, func.count()).where(ImportRow.batch_id == batch_id, ImportRow.fate != "").group_by(ImportRow.fate)
    )
    batch = db.session.get(ImportBatch, batch_id)
    batch.counts = {fate: many for fate, many in rows}
    db.session.flush()
