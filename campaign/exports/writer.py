"""Make a file of signatures in pieces; another process can continue after any of them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from campaign.exports.formats import DOWNLOADS
from campaign.exports.models import Export
from campaign.exports.queries import Sheet
from campaign.exports.selection import Selection
from campaign.extensions import db

# Signatures that are read and written before progress is stored.
AT_ONCE = 20_000


class Piece(NamedTuple):
    """The next bytes of a file, and the columns of the Export to update.

    If `columns` include `work`, another process can continue after this piece.
    """

    data: bytes
    columns: dict[str, Any]


def pieces_of_signatures(export: Export) -> Iterator[Piece]:
    """Yield the Pieces of an export in one of the DOWNLOADS, continuing from where it stopped."""
    work, done = export.work, export.done
    sheet = Sheet(Selection.from_json(export.choice), work.get("questions"))
    form = DOWNLOADS[export.kind](
        sheet.header, sheet.kinds, at=export.asked_at, state=work.get("format")
    )
    if not work:
        work = {"questions": sheet.questions, "last": sheet.last_id(), "after": 0}
        yield Piece(form.begin(), {"total": sheet.total(), "work": {**work, "format": form.state}})
    while not work.get("ended"):
        found = sheet.after(work["after"], work["last"], AT_ONCE)
        # Release the database connection while the bytes are sealed.
        db.session.rollback()
        if found is None:
            work = {**work, "ended": True}
            yield Piece(form.end(), {"work": work})
        else:
            last, batches = found
            done += sum(len(columns[0]) for columns in batches)
            data = b"".join(map(form.add, batches))
            work = {**work, "after": last}
            yield Piece(data, {"done": done, "work": {**work, "format": form.state}})
