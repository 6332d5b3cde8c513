"""How a cause gets its shape: a picture is cut out, previewed, and accepted or deleted."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select

from campaign.causes.models import Cause
from campaign.causes.queries import cause_numbers
from campaign.db.upsert import insert
from campaign.db.versioned import check_part, check_version
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, load_for_update_or_none, rows_changed
from campaign.montage.models import CauseShape, ShapeDraft, StoredShape
from campaign.montage.shapes.creation import shape_files
from campaign.montage.shapes.extraction import Cut
from campaign.montage.shapes.files import UnknownShape, shape_names
from campaign.montage.shapes.image_subprocess import CutOut

DRAFT_LIFETIME = timedelta(days=1)
MAX_DRAFTS = 12


class ButterfliesWouldMove(CampaignError):
    """The cause has butterflies, and another shape would move each of them."""

    status = 409


class ShapeInUse(CampaignError):
    """The cause uses this shape now."""

    status = 409


class TooManyDrafts(CampaignError):
    """So many pictures of this cause await acceptance that no more can be uploaded."""

    status = 409


def create_shape(
    *, content: bytes, title: str, cut: Cut | None = None, now: datetime
) -> StoredShape:
    """Make a shape from a picture's bytes and store it, and return its StoredShape.

    Raise PictureRefused.
    """
    name, files = shape_files(content, title, cut)
    return store_shape(name, files, now=now)


def store_shape(name: str, files: dict[str, bytes], *, now: datetime) -> StoredShape:
    """Store the files of a shape and return its StoredShape.

    The same picture makes the same shape, so it is stored only once.
    """
    values = {
        "name": name,
        "created_at": now,
        "metadata_toml": files["shape.toml"].decode(),
        "ghost": files["ghost.json"].decode(),
        "mask": files["mask.png"],
        "palette": files["palette.png"],
    }
    # Two simultaneous uploads of the same picture store it once.
    db.session.execute(
        insert(StoredShape).values(values).on_conflict_do_nothing(index_elements=["name"])
    )
    return db.session.get_one(StoredShape, name)


def begin_draft(*, cause_id: int, title: str, made: CutOut, now: datetime) -> ShapeDraft:
    """Keep a CutOut and its picture for review, and return the ShapeDraft. Raise TooManyDrafts."""
    load_for_update(Cause, cause_id)
    # A second press of the button sends the same picture again.
    existing = select(ShapeDraft).where(
        ShapeDraft.cause_id == cause_id, ShapeDraft.shape == made.name
    )
    if made.name and (draft := db.session.scalar(existing)):
        return draft
    drafts = select(func.count()).select_from(ShapeDraft).where(ShapeDraft.cause_id == cause_id)
    if db.session.scalars(drafts).one() >= MAX_DRAFTS:
        raise TooManyDrafts
    columns = {name: getattr(made, name) for name in ("picture", "width", "height", "is_clear")}
    background = "#" + bytes(made.ground).hex()
    draft = ShapeDraft(
        cause_id=cause_id, title=title, background=background, **columns, **_cut(made, now)
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def cut_draft(
    *, draft_id: int, version: int | None, made: CutOut, now: datetime
) -> ShapeDraft | None:
    """Store a new cut of a draft's picture and return the draft, or None if it is gone.

    `version` is that of the draft that the form showed. Raise EditConflict.
    """
    draft = load_for_update_or_none(ShapeDraft, draft_id)
    if draft is None:
        return None
    if draft.shape != made.name:
        check_version(draft, version)
    for name, value in _cut(made, now).items():
        setattr(draft, name, value)
    db.session.flush()
    return draft


def drop_draft(*, draft_id: int) -> None:
    """Delete a draft and its picture."""
    db.session.execute(delete(ShapeDraft).where(ShapeDraft.id == draft_id))


def accept_shape(
    cause_id: int, *, name: str, now: datetime, may_move: bool = False, version: int | None = None
) -> Cause:
    """Give the cause a built-in or stored shape, and return the cause.

    `version` is that of the cause's part `shape` that the form showed, None without a form. Raise
    UnknownShape, EditConflict, or ButterfliesWouldMove if it has butterflies, unless `may_move`
    confirms that.
    """
    cause = load_for_update(Cause, cause_id)
    stored = db.session.get(StoredShape, name)
    if stored is None and name not in shape_names():
        raise UnknownShape(name)
    if cause.shape != name:
        check_part(cause, "shape", version)
    if name != cause.shape and cause_numbers(cause_id)[0] and not may_move:
        raise ButterfliesWouldMove
    if stored:
        stored.accepted_at = stored.accepted_at or now
        values = {"cause_id": cause_id, "shape": name, "accepted_at": now}
        db.session.execute(
            insert(CauseShape)
            .values(values)
            .on_conflict_do_nothing(index_elements=["cause_id", "shape"])
        )
        db.session.execute(
            delete(ShapeDraft).where(ShapeDraft.cause_id == cause_id, ShapeDraft.shape == name)
        )
    cause.shape = name
    db.session.flush()
    return cause


def drop_shape(*, cause_id: int, name: str) -> None:
    """Remove an uploaded shape from the cause's choices. Raise ShapeInUse."""
    if load_for_update(Cause, cause_id).shape == name:
        raise ShapeInUse
    db.session.execute(
        delete(CauseShape).where(CauseShape.cause_id == cause_id, CauseShape.shape == name)
    )


def sweep_shapes(*, now: datetime) -> int:
    """Delete drafts older than a day, and uploaded shapes that no cause has.

    Return the number of deleted shapes.
    """
    oldest = now - DRAFT_LIFETIME
    db.session.execute(delete(ShapeDraft).where(ShapeDraft.changed_at <= oldest))
    references = (
        exists().where(column == StoredShape.name)
        for column in (CauseShape.shape, ShapeDraft.shape, Cause.shape)
    )
    statement = delete(StoredShape).where(
        StoredShape.created_at <= oldest, *(~reference for reference in references)
    )
    return rows_changed(statement)


def _cut(made: CutOut, now: datetime) -> dict[str, Any]:
    cut = made.cut
    if made.name:
        # Restart the time limit of a shape that was stored before.
        store_shape(made.name, made.files, now=now).created_at = now
    cut_columns = {"cut_by": cut.by, "threshold": cut.threshold, "inverted": cut.inverted}
    return {"shape": made.name, "error_code": made.error_code, "changed_at": now, **cut_columns}
