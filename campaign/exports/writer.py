"""Making a file of signatures, piece by piece, so that another process can go on after any of them."""

from typing import NamedTuple

from campaign.exports.formats import DOWNLOADS
from campaign.exports.queries import Sheet
from campaign.exports.selection import Selection
from campaign.extensions import db

# So many signatures are read and written at once; then the work is settled.
AT_ONCE = 20_000


class Piece(NamedTuple):
    """The bytes that come next, and what is then known: columns of the Export, with `work` where one may go on from here."""

    data: bytes
    columns: dict


def pieces_of_signatures(export):
    """Yield the Pieces of an export in one of the DOWNLOADS, from where it stands."""
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
        # The connection need not be held while the bytes are sealed.
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
