"""Start batches: print sheets, read a file, or begin to type a sheet.

Fifty thousand rows in one transaction would block everyone who signs in the meantime. So the rows
of a file are stored in many short ones. Until the last of them opens the batch, it counts as
dropped, so an interrupted batch is erased like any other dropped one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from campaign.db.transactions import Write
from campaign.db.versioned import check_version
from campaign.extensions import db, load_for_update
from campaign.imports.columns import are_regions, guess_columns, is_heading
from campaign.imports.models import ImportBatch, PrintRun
from campaign.imports.operations import enqueue_rest, mark_changed
from campaign.imports.rows import BATCH_SIZE, insert_rows, row_of
from campaign.imports.tables import FileRow, FileTable
from campaign.imports.values import is_day_first
from campaign.notices.composition import ComposedNotice
from campaign.notices.models import NOT_RECORDED
from campaign.notices.operations import record_notice
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow

ROWS_ON_SHEET = 10


def print_sheets(
    *,
    petition: Petition,
    lang: str,
    paper: str,
    sheets: int,
    consent_text: str,
    notice: ComposedNotice,
) -> PrintRun:
    """Record a print run of sheets with the petition's current text and return the PrintRun.

    `notice` is the privacy notice printed with them, which is recorded too.
    """
    run = PrintRun(
        cause_id=petition.cause_id,
        petition_id=petition.id,
        version_id=petition.current_version.id,
        lang=lang,
        paper=paper,
        sheets=sheets,
        consent_text=consent_text,
        notice_id=record_notice(
            organisation_id=petition.cause.organisation_id, lang=notice.lang, text=notice.text
        ),
    )
    db.session.add(run)
    db.session.flush()
    return run


def store_file(
    write: Write,
    *,
    batch: ImportBatch,
    table: FileTable,
    left_out: Collection[int] = frozenset(),
) -> ImportBatch:
    """Store the rows of a FileTable, in parts, in the batch of `build_batch`, and return the batch.

    Rows whose numbers are in `left_out` are marked as left out. Each part is a transaction run by
    `write`. Nobody sees the batch before `open_file`. Raises EditConflict if it stalled for so
    long that the worker considered it abandoned.
    """
    stored = write(_store_batch, batch)
    for start in range(0, len(table.rows), BATCH_SIZE):
        stored = write(
            _store_part,
            stored.id,
            stored.version,
            table.rows[start : start + BATCH_SIZE],
            left_out,
        )
    return stored


def open_file(*, batch_id: int, version: int) -> ImportBatch:
    """Open a batch after all its rows are stored and return it.

    `version` is the one that `store_file` left. Raises EditConflict.
    """
    batch = _load_filling(batch_id, version)
    batch.state = "open"
    db.session.flush()
    return batch


def build_batch(
    *,
    petition: Petition,
    organizer_id: int | None,
    name: str,
    table: FileTable,
    lang: str,
    remembered: Mapping[str, str] | None = None,
    **settings: Any,
) -> ImportBatch:
    """Return an unsaved ImportBatch for a FileTable, with columns matched by their headings.

    `remembered` is {heading: field} from earlier files. It takes priority over our own guess.
    """
    heading, remembered = table.rows[0].cells, remembered or {}
    has_heading = is_heading(heading, petition.questions) or any(
        cell in remembered for cell in heading
    )
    mapping = _match_columns(heading, petition.questions, remembered) if has_heading else {}
    if are_regions(_cells_of("state", mapping, table)):
        mapping = {index: field for index, field in mapping.items() if field != "state"}
    day_first = is_day_first(_cells_of("signed_at", mapping, table))
    return _new_batch(
        petition,
        kind="file",
        organizer_id=organizer_id,
        name=name[:120],
        lang=lang,
        header=heading if has_heading else [],
        mapping={str(index): field for index, field in mapping.items()},
        file_format={
            "encoding": table.encoding,
            "delimiter": table.delimiter,
            "width": max(len(row.cells) for row in table.rows),
        },
        rows=len(table.rows) - has_heading,
        **{"day_first": day_first is not False, **settings},
    )


def begin_sheet(
    *,
    petition: Petition,
    organizer_id: int | None,
    sheet: str,
    lang: str,
    signed_on: date | None,
    country: str,
    consent_text: str,
    version_id: int,
    notice_id: int = NOT_RECORDED,
    rows: int = ROWS_ON_SHEET,
) -> ImportBatch:
    """Start typing a sheet and return the open batch with its empty rows.

    `notice_id` is the privacy notice printed with it, if it is one of ours.
    """
    batch = _new_batch(
        petition,
        kind="typed",
        organizer_id=organizer_id,
        name=sheet,
        sheet=sheet,
        lang=lang,
        signed_on=signed_on,
        country=country,
        consent_text=consent_text,
        version_id=version_id,
        notice_id=notice_id,
    )
    db.session.add(batch)
    db.session.flush()
    insert_rows([row_of(batch.id, row_number, typed={}) for row_number in range(1, rows + 1)])
    return batch


def _store_batch(batch: ImportBatch) -> ImportBatch:
    batch.state = "dropped"
    db.session.add(batch)
    db.session.flush()
    enqueue_rest(batch)
    return batch


def _store_part(
    batch_id: int, version: int, rows: Iterable[FileRow], left_out: Collection[int]
) -> ImportBatch:
    batch = _load_filling(batch_id, version)
    insert_rows(
        [
            row_of(
                batch_id,
                row.row_number,
                cells=row.cells,
                error_code=row.error_code,
                left_out=row.row_number in left_out,
            )
            for row in rows
        ]
    )
    return batch


def _load_filling(batch_id: int, version: int) -> ImportBatch:
    """Lock the batch, mark it as changed and return it.

    Raises EditConflict if the worker has started to erase it, because that changes it too.
    """
    batch = load_for_update(ImportBatch, batch_id)
    check_version(batch, version)
    return mark_changed(batch)


def _new_batch(petition: Petition, **columns: Any) -> ImportBatch:
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


def _cells_of(field: str, mapping: Mapping[int, str], table: FileTable) -> list[str]:
    indexes = [index for index, matched in mapping.items() if matched == field]
    return [
        row.cells[index] for row in table.rows[1:] for index in indexes if index < len(row.cells)
    ]


def _match_columns(
    heading: Sequence[str],
    questions: Iterable[Mapping[str, Any]],
    remembered: Mapping[str, str],
) -> dict[int, str]:
    mapping = guess_columns(heading, questions)
    from_memory = {
        index: remembered[cell] for index, cell in enumerate(heading) if cell in remembered
    }
    taken = {field for field in from_memory.values() if field}
    mapping = {
        index: field
        for index, field in mapping.items()
        if index not in from_memory and field not in taken
    }
    return {**mapping, **{index: field for index, field in from_memory.items() if field}}
