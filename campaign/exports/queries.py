"""Queries about exports and their files."""

import io
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import current_app
from sqlalchemy import select

from campaign.exports.models import SUBSCRIBERS, Export, ExportChoice, sealed_name
from campaign.extensions import db
from campaign.files.choice import storage_for
from campaign.files.scratch import remove_scratch
from campaign.files.storage import FileStorage, FilesUnavailable
from campaign.security.sealed_files import SealedReader, key_of

# How much is decrypted at once when a file is read from its beginning to its end.
READ_BYTES = 64 * 1024


def export_files(settings: Mapping[str, Any]) -> FileStorage:
    """Return the storage of the sealed files."""
    return storage_for(settings, "exports")


def key_for(export: Export, settings: Mapping[str, Any]) -> bytes:
    """Return the encryption key of an export's file."""
    return key_of(settings["SECRET_KEY"].encode(), export.seed)


def export_by_id(export_id: int) -> Export | None:
    """Return the export as it is in the database now, or None."""
    return db.session.scalar(
        select(Export).where(Export.id == export_id).execution_options(populate_existing=True)
    )


def exports_of(petition_ids: Collection[int], limit: int = 50) -> Sequence[Export]:
    """Return the latest exports of these petitions, newest first."""
    query = (
        select(Export)
        .where(Export.petition_id.in_(petition_ids))
        .order_by(Export.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def subscriber_exports(
    cause_ids: Collection[int] | None,
    organisation_ids: Collection[int] | None,
    limit: int = 20,
) -> Sequence[Export]:
    """Return the latest files of subscribers, newest first.

    They are those of these causes and of these organisations as a whole; None means all.
    """
    query = select(Export).where(Export.aim == SUBSCRIBERS).order_by(Export.id.desc()).limit(limit)
    if cause_ids is not None and organisation_ids is not None:
        query = query.where(
            Export.cause_id.in_(cause_ids) | Export.organisation_id.in_(organisation_ids)
        )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def choice_of(organizer_id: int, petition_id: int, aim: str) -> ExportChoice | None:
    """Return the last ExportChoice of an organizer for a petition and aim, or None."""
    return db.session.get(ExportChoice, (organizer_id, petition_id, aim))


def has_file(export: Export) -> bool:
    """Return whether the export is ready and its file is there.

    If the storage does not answer, it is probably there: the download will tell.
    """
    if export.state != "ready":
        return False
    try:
        return export_files(current_app.config).has(export.file_name)
    except FilesUnavailable:
        return True


def content_of(export: Export) -> io.BufferedReader:
    """Open the content of a ready export's file, from any position.

    Raises FileNotFoundError and FilesUnavailable. Reading may also raise SealBroken.
    """
    settings = current_app.config
    file = export_files(settings).open(export.file_name)
    reader = SealedReader(file, key_for(export, settings), export.size)
    return io.BufferedReader(reader, READ_BYTES)


def scratch_prefix(export_id: int) -> str:
    """Return how the names of the files begin that a worker makes for an export."""
    return f"export-{export_id}."


def remove_files(export_id: int) -> None:
    """Remove an export's files at once: the finished one, and what this machine was making."""
    settings = current_app.config
    remove_scratch(settings, scratch_prefix(export_id))
    # Otherwise the next sweep deletes it, as it has no row.
    with suppress(FilesUnavailable):
        export_files(settings).delete(sealed_name(export_id))
