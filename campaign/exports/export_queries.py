"""What the workspace asks about exports, and the files behind them."""

from pathlib import Path

from flask import current_app
from sqlalchemy import select

from campaign.exports.models import IN_WORK, Export, ExportChoice
from campaign.extensions import db
from campaign.security.sealed_files import key_of, unsealed


def exports_folder(settings):
    """Return the folder that holds the sealed files."""
    return Path(settings["VAR_DIR"]) / "exports"


def key_for(export, settings):
    """Return the key of an export's file."""
    return key_of(settings["SECRET_KEY"].encode(), export.seed)


def export_by_id(export_id):
    """Return the export as it is now, or None."""
    return db.session.scalar(
        select(Export).where(Export.id == export_id).execution_options(populate_existing=True)
    )


def exports_of(petition_ids, most=50):
    """Return the newest exports of these petitions, newest first."""
    query = (
        select(Export)
        .where(Export.petition_id.in_(petition_ids))
        .order_by(Export.id.desc())
        .limit(most)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def exports_wait(now):
    """Return whether an export waits, or was left by whoever made it."""
    free = Export.locked_until.is_(None) | (Export.locked_until <= now)
    return db.session.scalar(select(Export.id).where(IN_WORK, free).limit(1)) is not None


def choice_of(organizer_id, petition_id, aim):
    """Return the ExportChoice that an organizer made last, or None."""
    return db.session.get(ExportChoice, (organizer_id, petition_id, aim))


def file_of(export):
    """Return the path of a ready export's file, or None where it is not on this machine (any more)."""
    path = exports_folder(current_app.config) / export.file_name
    return path if export.state == "ready" and path.exists() else None


def content_of(export):
    """Yield what a ready export holds. Raises SealBroken."""
    config = current_app.config
    return unsealed(
        exports_folder(config) / export.file_name, key_for(export, config), export.frames
    )


def remove_files(export_id):
    """Remove an export's files at once, as far as they are on this machine."""
    for path in exports_folder(current_app.config).glob(f"{export_id}.*"):
        path.unlink(missing_ok=True)
