"""Write the archive of an organisation, row by row."""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Connection, FromClause, Table, func, null, select

from campaign.archive.manifest import (
    MANIFEST,
    ArchivedFile,
    Manifest,
    file_of,
    key_fingerprint,
)
from campaign.archive.ownership import LEFT_OUT, is_exported, is_left_out, known_addresses
from campaign.archive.tables import REPLACED, exported_tables
from campaign.archive.values import encoder_of
from campaign.organisations.models import Organisation
from campaign.process.version import VERSION

BATCH_SIZE = 500
# Some tables keep only the digest of an address. The archive adds the address, so that the import
# can compute the digest with another SECRET_KEY.
ADDRESS = "address"
ONLY_DIGESTS = ("suppressed_address", "undeliverable_address")


def write_archive(
    connection: Connection, organisation: Organisation, file: BinaryIO, *, now: datetime
) -> Manifest:
    """Write all rows of an organisation to `file` and return the manifest.

    `connection` must be in a transaction that sees one state of the database.
    """
    manifest = Manifest(
        organisation=organisation.slug,
        software_version=VERSION,
        created_at=now.isoformat(),
        key_fingerprint=key_fingerprint(),
    )
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for table in exported_tables():
            digest, rows = sha256(), 0
            with archive.open(file_of(table.name), "w", force_zip64=True) as entry:
                for line in _lines(connection, table, organisation.id, now):
                    entry.write(line)
                    digest.update(line)
                    rows += 1
            manifest.files[file_of(table.name)] = ArchivedFile(
                columns=columns_of(table), rows=rows, sha256=digest.hexdigest()
            )
            if left_out := _count_left_out(connection, table, organisation.id):
                manifest.left_out[table.name] = left_out
        archive.writestr(MANIFEST, manifest.to_json())
    return manifest


def columns_of(table: Table) -> list[str]:
    """Return the names of the values in each row of a table's file."""
    extra = [ADDRESS] if table.name in ONLY_DIGESTS else []
    return [*(column.name for column in table.columns), *extra]


def _lines(
    connection: Connection, table: Table, organisation_id: int, now: datetime
) -> Iterator[bytes]:
    replaced = REPLACED.get(table.name, {})
    sources = []
    for column in table.columns:
        replace = replaced.get(column.name)
        source = replace(now, organisation_id) if replace else column
        sources.append((null() if source is None else source).label(column.name))
    rows: FromClause = table
    if table.name in ONLY_DIGESTS:
        known = known_addresses(organisation_id)
        rows = table.outerjoin(known, known.c.digest == table.c.digest)
        sources.append(known.c.address.label(ADDRESS))
    encoders = [encoder_of(column.type) for column in table.columns]
    encoders += [None] * (len(sources) - len(encoders))
    query = (
        select(*sources)
        .select_from(rows)
        .where(is_exported(table.name, organisation_id))
        .order_by(*table.primary_key)
    )
    names = columns_of(table)
    for row in connection.execute(query, execution_options={"yield_per": BATCH_SIZE}):
        values = [
            value if value is None or encode is None else encode(value)
            for value, encode in zip(row, encoders, strict=True)
        ]
        yield _as_line(dict(zip(names, values, strict=True)))


def _as_line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _count_left_out(connection: Connection, table: Table, organisation_id: int) -> int:
    if table.name not in LEFT_OUT:
        return 0
    rows = select(func.count()).select_from(table)
    query = rows.where(is_left_out(table.name, organisation_id))
    return connection.scalar(query) or 0
