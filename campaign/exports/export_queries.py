"""Queries about exports and their files."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from campaign.exports.models import SUBSCRIBERS, Export, ExportChoice
from campaign.extensions import db
from campaign.security.sealed_files import key_of, unsealed


def exports_folder(settings: Mapping[str, Any]) -> Path:
    """Return the folder of the sealed files."""
    return Path(settings["VAR_DIR"]) / "exports"


def key_for(export: Export, settings: Mapping[str, Any]) -> bytes:
    """Return the encryption key of an export's file."""
    return key_of(settings["SECRET_KEY"].encode(), export.seed)


def export_by_id(export_id: int) -> Export | None:
    """Return the export as it is in the database now, or None."""
    return db.session.scalar(
        select(Export).where(Export.id == export_id).execution_options(populate_existing=True)
    )


def exports_of(petition_ids: Collection[int], most: int = 50) -> Sequence[Export]:
    """Return the latest exports of these petitions, newest first."""
    query = (
        select(Export)
        .where(Export.petition_id.in_(petition_ids))
        .order_by(Export.id.desc())
        .limit(most)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def subscriber_exports(
    cause_ids: Collection[int] | None,
    organisation_ids: Collection[int] | None,
    most: int = 20,
) -> Sequence[Export]:
    """Return the latest files of subscribers, newest first.

    They are those of these causes and of these organisations as a whole; None means all.
    """
    query = select(Export).where(Export.aim == SUBSCRIBERS).order_by(Export.id.desc()).limit(most)
    if cause_ids is not None and organisation_ids is not None:
        query = query.where(
            Export.cause_id.in_(cause_ids) | Export.organisation_id.in_(organisation_ids)
        )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def choice_of(organizer_id: int, petition_id: int, aim: str) -> ExportChoice | None:
    """Return the last ExportChoice of an organizer for a petition and aim, or None."""
    return db.session.get(ExportChoice, (organizer_id, petition_id, aim))


def file_of(export: Export) -> Path | None:
    """Return the path of a ready export's file, or None if it is not on this machine."""
    path = exports_folder(current_app.config) / export.file_name
    return path if export.state == "ready" and path.exists() else None


def content_of(export: Export) -> Iterator[bytes]:
    """Return an iterator over the content of a ready export's file. It may raise SealBroken."""
    config = current_app.config
    return unsealed(
        exports_folder(config) / export.file_name, key_for(export, config), export.frames
    )


def remove_files(export_id: int) -> None:
    """Remove an export's files at once, if they are on this machine."""
    for path in exports_folder(current_app.config).glob(f"{export_id}.*"):
        path.unlink(missing_ok=True)
