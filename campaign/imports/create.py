"""How batches begin: sheets are printed, a file is read or a sheet is about to be typed.

Fifty thousand rows in one transaction would keep everybody waiting who signs meanwhile. So a file's rows are kept in many short
ones, in a batch that counts as thrown away until the last of them opens it: one that is cut short is erased like any other.
"""

from campaign.extensions import db
from campaign.imports.columns import are_places, guessed, is_heading
from campaign.imports.models import ImportBatch, PrintRun
from campaign.imports.operations import demand_unchanged, locked, mark_changed
from campaign.imports.rows import AT_ONCE, insert_rows, row_of
from campaign.imports.values import is_day_first
from campaign.process.clock import utcnow

ROWS_ON_SHEET = 10


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


def keep_file(write, *, batch, table, left_out=frozenset()):
    """Keep the rows of a Table, those at places `left_out` as such, in the ImportBatch that `batch_of` made, by parts; return it.

    Each part is a transaction by `write`. Nobody gets to see the batch before `open_file`. Raises EditConflict where that
    stood still for so long that the worker took it for left.
    """
    kept = write(_keep_batch, batch)
    for start in range(0, len(table.rows), AT_ONCE):
        kept = write(
            _keep_part,
            kept.id,
            kept.changed_at.isoformat(),
            table.rows[start : start + AT_ONCE],
            left_out,
        )
    return kept


def open_file(*, batch_id, seen):
    """Open the batch whose rows are all kept, and which `keep_file` last changed at `seen`; return it. Raises EditConflict."""
    batch = _filling(batch_id, seen)
    batch.state = "open"
    db.session.flush()
    return batch


def batch_of(*, petition, organizer_id, name, table, lang, remembered=None, **settings):
    """Return the ImportBatch of a Table, not yet kept, with columns matched as far as their names tell.

    `remembered` is the {column name: field} of earlier files, which counts more than our own guess.
    """
    heading, remembered = table.rows[0].cells, remembered or {}
    has_heading = is_heading(heading, petition.questions) or any(
        cell in remembered for cell in heading
    )
    mapping = _matched(heading, petition.questions, remembered) if has_heading else {}
    if are_places(_cells_of("state", mapping, table)):
        mapping = {place: field for place, field in mapping.items() if field != "state"}
    told = is_day_first(_cells_of("signed_at", mapping, table))
    return _begun(
        petition,
        kind="file",
        organizer_id=organizer_id,
        name=name[:120],
        lang=lang,
        header=heading if has_heading else [],
        mapping={str(place): field for place, field in mapping.items()},
        read_as={
            "encoding": table.encoding,
            "delimiter": table.delimiter,
            "width": max(len(row.cells) for row in table.rows),
        },
        rows=len(table.rows) - has_heading,
        **{"day_first": told is not False, **settings},
    )


def begin_sheet(
    *,
    petition,
    organizer_id,
    sheet,
    lang,
    signed_on,
    country,
    wording,
    version_id,
    rows=ROWS_ON_SHEET,
):
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
    insert_rows([row_of(batch.id, place, typed={}) for place in range(1, rows + 1)])
    return batch


def _keep_batch(batch):
    batch.state = "dropped"
    db.session.add(batch)
    db.session.flush()
    return batch


def _keep_part(batch_id, seen, rows, left_out):
    batch = _filling(batch_id, seen)
    insert_rows(
        [
            row_of(
                batch_id,
                row.place,
                cells=row.cells,
                fault=row.fault,
                left_out=row.place in left_out,
            )
            for row in rows
        ]
    )
    return batch


def _filling(batch_id, seen):
    """Return the batch, changed and locked. Whoever began to erase it has changed it."""
    batch = locked(batch_id)
    demand_unchanged(batch, seen)
    return mark_changed(batch)


def _begun(petition, **columns):
    columns = {"version_id": petition.current_version.id, **columns}
    now = utcnow()
    return ImportBatch(
        cause_id=petition.cause_id,
        petition_id=petition.id,
        state="open",
        created_at=now,
        changed_at=now,
        **columns,
    )


def _cells_of(field, mapping, table):
    places = [place for place, known in mapping.items() if known == field]
    return [
        row.cells[place] for row in table.rows[1:] for place in places if place < len(row.cells)
    ]


def _matched(heading, questions, remembered):
    mapping = guessed(heading, questions)
    known = {place: remembered[cell] for place, cell in enumerate(heading) if cell in remembered}
    taken = {field for field in known.values() if field}
    mapping = {
        place: field
        for place, field in mapping.items()
        if place not in known and field not in taken
    }
    return {**mapping, **{place: field for place, field in known.items() if field}}
