"""Import an archive into an empty installation, in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import OperationalError, StatementError

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.archive.manifest import ArchiveError, key_fingerprint
from campaign.archive.ownership import is_not_seeded, table_of
from campaign.archive.reading import Archive
from campaign.archive.tables import exported_tables
from campaign.archive.writing import ADDRESS, ONLY_DIGESTS
from campaign.extensions import db
from campaign.signatures.queries import differences
from campaign.signatures.tokens import email_digest, person_digest

BATCH_SIZE = 500
Row = dict[str, Any]


class Imported(NamedTuple):
    """How many rows of each table were imported.

    `left_out` counts rows whose digest cannot be made again without the old SECRET_KEY, and
    `emptied` rows that were imported without it.
    """

    rows: Counter[str]
    left_out: Counter[str]
    emptied: Counter[str]


class NotEmpty(ArchiveError):
    """The installation has data already."""


class OtherKey(ArchiveError):
    """The archive was exported with another SECRET_KEY."""


def import_archive(*, archive: Archive, requires_same_key: bool = False) -> Imported:
    """Import all rows with the ids that they had and return what was imported.

    Raises ArchiveError, NotEmpty, OtherKey. Nothing is imported then.
    """
    has_same_key = archive.manifest.key_fingerprint == key_fingerprint()
    if requires_same_key and not has_same_key:
        raise OtherKey(
            "This archive was exported with another SECRET_KEY. Set SECRET_KEY to that of the other"
            " installation, or import without --same-key."
        )
    connection = db.session.connection()
    _refuse_data(connection)
    imported = Imported(Counter(), Counter(), Counter())
    try:
        for table in exported_tables():
            rows = _rekeyed(archive.rows(table), table.name, imported, has_same_key)
            while batch := list(islice(rows, BATCH_SIZE)):
                connection.execute(table.insert(), batch)
                imported.rows[table.name] += len(batch)
            _continue_ids(connection, table)
    except StatementError as error:
        if isinstance(error, OperationalError):
            raise
        raise ArchiveError(
            f"The rows of {table.name} in this archive do not fit together. Export it again."
        ) from error
    _check(connection, archive, imported)
    organisation = table_of("organisation")
    record_audit_event(
        COMMAND,
        "organisations.import",
        subject=("organisation", connection.scalar(select(organisation.c.id))),
    )
    return imported


def _refuse_data(connection: Connection) -> None:
    for table in exported_tables():
        if _count(connection, table):
            raise NotEmpty(
                f"This installation is not empty: there are rows in {table.name}. Import into a new"
                " database, before you add organizers."
            )


def _count(connection: Connection, table: Table) -> int:
    """Return the number of rows, without those that each new database has."""
    rows = select(func.count()).select_from(table).where(is_not_seeded(table.name))
    return connection.scalar(rows) or 0


def _rekeyed(
    rows: Iterator[Row], name: str, imported: Imported, has_same_key: bool
) -> Iterator[Row]:
    """Yield the rows with digests by our own SECRET_KEY, and without those that cannot have one."""
    rekey = REKEYED.get(name)
    for row in rows:
        if name == "organisation":
            row["is_host"] = True
        address = row.pop(ADDRESS, None) if name in ONLY_DIGESTS else None
        if has_same_key:
            yield row
        elif name in ONLY_DIGESTS:
            if address is None:
                imported.left_out[name] += 1
            else:
                yield {**row, "digest": email_digest(address)}
        else:
            if rekey is not None and rekey(row):
                imported.emptied[name] += 1
            yield row


def _rekey_address(row: Row) -> bool:
    """Make the digest of the row's address again and return whether that is impossible."""
    if row["email_digest"] is None:
        return False
    row["email_digest"] = email_digest(row["email"]) if row["email"] else None
    return row["email_digest"] is None


def _rekey_signature(row: Row) -> bool:
    is_lost = _rekey_address(row)
    if row["person_digest"] is not None:
        is_known = row["given_name"] is not None
        row["person_digest"] = (
            person_digest(row["given_name"], row["family_name"] or "", row["postal_code"])
            if is_known
            else None
        )
        is_lost = is_lost or not is_known
    return is_lost


REKEYED: dict[str, Callable[[Row], bool]] = {
    "organizer": _rekey_address,
    "registration": _rekey_address,
    "subscription": _rekey_address,
    "signature": _rekey_signature,
}


def _continue_ids(connection: Connection, table: Table) -> None:
    """Let PostgreSQL give ids after the imported ones. SQLite does so anyway."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    if connection.scalar(select(sequence)) is None:
        return
    highest = connection.scalar(select(func.max(column)))
    if highest:
        connection.execute(select(func.setval(sequence, highest)))


def _check(connection: Connection, archive: Archive, imported: Imported) -> None:
    """Compare the database with the manifest, and the tallies with the signatures."""
    for table in exported_tables():
        expected = archive.manifest.files[f"{table.name}.jsonl"].rows
        stored = _count(connection, table)
        if stored + imported.left_out[table.name] != expected:
            raise ArchiveError(f"Imported {stored:,} rows of {table.name} instead of {expected:,}.")
    organisations = imported.rows["organisation"]
    if organisations != 1:
        raise ArchiveError(f"This archive has {organisations} organizations instead of one.")
    if problems := differences():
        raise ArchiveError(f"The counts in this archive are wrong: {problems[0]}.")
