"""Queries about imports of subscribers and their files."""

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import select

from campaign.extensions import db
from campaign.files.choice import storage_for
from campaign.files.storage import FileStorage, FilesUnavailable
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.subscribers.reading import HEADINGS, SubscriberList
from campaign.security.sealed_files import SealedReader, key_of


def list_files(settings: Mapping[str, Any]) -> FileStorage:
    """Return the storage of the sealed files."""
    return storage_for(settings, "subscriber-lists")


def key_for(item: SubscriberImport, settings: Mapping[str, Any]) -> bytes:
    """Return the encryption key of an import's file."""
    return key_of(settings["SECRET_KEY"].encode(), item.seed)


def import_by_id(import_id: int) -> SubscriberImport | None:
    """Return the import as it is in the database now, or None."""
    return db.session.scalar(
        select(SubscriberImport)
        .where(SubscriberImport.id == import_id)
        .execution_options(populate_existing=True)
    )


def subscriber_imports(
    cause_ids: Collection[int] | None,
    organisation_ids: Collection[int] | None,
    limit: int = 20,
) -> Sequence[SubscriberImport]:
    """Return the latest imports, newest first.

    They are those to these causes and to all of these organisations; None means all.
    """
    query = select(SubscriberImport).order_by(SubscriberImport.id.desc()).limit(limit)
    if cause_ids is not None and organisation_ids is not None:
        query = query.where(
            SubscriberImport.cause_id.in_(cause_ids)
            | SubscriberImport.organisation_id.in_(organisation_ids)
        )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


@contextmanager
def opened_list(
    item: SubscriberImport, settings: Mapping[str, Any]
) -> Iterator[tuple[SubscriberList, SealedReader]]:
    """Open the file of an import. Yield its list, and the reader, whose position is the progress.

    Raises FileNotFoundError, FilesUnavailable, SealBroken, FileRefused.
    """
    file = list_files(settings).open(item.file_name)
    with SealedReader(file, key_for(item, settings), item.size) as reader:
        chosen = {name: item.columns.get(name, "") for name in HEADINGS}
        yield SubscriberList(io.BufferedReader(reader), chosen), reader


def remove_file(import_id: int, settings: Mapping[str, Any]) -> None:
    """Remove an import's file at once."""
    # Otherwise the next sweep deletes it.
    with suppress(FilesUnavailable):
        list_files(settings).delete(f"{import_id}.sealed")
