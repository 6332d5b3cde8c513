"""Write a file of signatures or subscribers piece by piece, so that it needs little memory."""

from collections.abc import Generator
from typing import NamedTuple

from campaign.exports.formats import DOWNLOADS
from campaign.exports.models import Export
from campaign.exports.queries import SignatureTable
from campaign.exports.selection import Selection
from campaign.extensions import db

# Signatures that are read and written before progress is stored.
AT_ONCE = 20_000


class Piece(NamedTuple):
    """The next bytes of a file, and how many rows are written with them."""

    data: bytes
    done: int


def table_of(export: Export) -> SignatureTable:
    """Return the table of an export in one of the DOWNLOADS."""
    return SignatureTable(Selection.from_json(export.choice))


def pieces_of_signatures(export: Export, table: SignatureTable) -> Generator[Piece, None, None]:
    """Yield the Pieces of an export in one of the DOWNLOADS."""
    form = DOWNLOADS[export.kind](table.header, table.kinds, at=export.requested_at)
    after, last, done = 0, table.last_id(), 0
    yield Piece(form.begin(), done)
    while after < last:
        after, batches = table.after(after, last, AT_ONCE)
        # Release the database connection while the bytes are sealed.
        db.session.rollback()
        done += sum(len(columns[0]) for columns in batches)
        yield Piece(b"".join(map(form.add, batches)), done)
    yield Piece(form.end(), done)
