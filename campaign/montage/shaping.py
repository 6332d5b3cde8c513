"""How a cause comes by its shape: a picture is cut out, looked at, cut out again, and accepted or forgotten."""

from datetime import timedelta

from sqlalchemy import delete, exists, func, select

from campaign.causes.models import Cause
from campaign.causes.operations import cause_to_change
from campaign.causes.queries import cause_numbers
from campaign.db.insertion import insert
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.montage.models import CauseShape, ShapeDraft, StoredShape
from campaign.montage.shapes import UnknownShape, shape_names
from campaign.montage.uploads import shape_files

DRAFTS_KEPT = timedelta(days=1)
MAX_DRAFTS = 12


class ButterfliesWouldMove(CampaignError):
    """The cause has butterflies, and in another shape each would sit elsewhere."""

    status = 409


class ShapeEditConflict(CampaignError):
    """Somebody else gave the cause another shape, or cut the picture out in another way, since the editor looked."""

    status = 409


class ShapeInUse(CampaignError):
    """The cause has this shape now."""

    status = 409


class TooManyDrafts(CampaignError):
    """So many pictures of this cause wait to be accepted that no other is taken in."""

    status = 409


def keep_shape(*, content, title, cut=None, now):
    """Make a shape of a picture's bytes and keep it for a look; return its StoredShape. Raises PictureRefused."""
    name, files = shape_files(content, title, cut)
    return store_shape(name, files, now=now)


def store_shape(name, files, *, now):
    """Keep the files of a shape, and return its StoredShape. The same picture makes the same shape, so it is kept once."""
    values = {
        "name": name,
        "created_at": now,
        "facts": files["shape.toml"].decode(),
        "ghost": files["ghost.json"].decode(),
        "mask": files["mask.png"],
        "palette": files["palette.png"],
    }
    # Two who send the same picture at once keep it once.
    db.session.execute(
        insert(StoredShape).values(values).on_conflict_do_nothing(index_elements=["name"])
    )
    return db.session.get(StoredShape, name)


def begin_draft(*, cause_id, title, made, now):
    """Keep a CutOut and its picture until somebody has looked at it; return the ShapeDraft. Raises TooManyDrafts."""
    cause_to_change(cause_id)
    # A second press of the button sends the same once more.
    same = select(ShapeDraft).where(ShapeDraft.cause_id == cause_id, ShapeDraft.shape == made.name)
    if made.name and (draft := db.session.scalar(same)):
        return draft
    if (
        db.session.scalar(
            select(func.count()).select_from(ShapeDraft).where(ShapeDraft.cause_id == cause_id)
        )
        >= MAX_DRAFTS
    ):
        raise TooManyDrafts
    facts = {name: getattr(made, name) for name in ("picture", "width", "height", "is_clear")}
    ground = "#" + bytes(made.ground).hex()
    draft = ShapeDraft(cause_id=cause_id, title=title, ground=ground, **facts, **_cut(made, now))
    db.session.add(draft)
    db.session.flush()
    return draft


def cut_draft(*, draft_id, seen, made, now):
    """Cut the picture of a draft out as the CutOut says; `seen` is the name of the shape that its editor had before
    them, or empty.

    Return the draft, or None where it is gone. Raises ShapeEditConflict.
    """
    draft = _to_change(draft_id)
    if draft is None:
        return None
    if seen not in (draft.shape or "", made.name):
        raise ShapeEditConflict(f"the draft is of {draft.shape}, not {seen}")
    for name, value in _cut(made, now).items():
        setattr(draft, name, value)
    db.session.flush()
    return draft


def drop_draft(*, draft_id):
    """Forget a picture that is not to become a shape."""
    db.session.execute(delete(ShapeDraft).where(ShapeDraft.id == draft_id))


def accept_shape(cause_id, *, name, now, may_move=False, former=None):
    """Give the cause the shape of this name, kept before or come with the platform; return the cause.

    `former` is the one that it is to take the place of. Raises UnknownShape, ShapeEditConflict where it is another, or
    ButterfliesWouldMove where the cause has some, unless `may_move` says that this is meant.
    """
    cause = cause_to_change(cause_id)
    stored = db.session.get(StoredShape, name)
    if stored is None and name not in shape_names():
        raise UnknownShape(name)
    if former is not None and cause.shape not in (former, name):
        raise ShapeEditConflict(f"the cause has {cause.shape}, not {former}")
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


def drop_shape(*, cause_id, name):
    """Take an uploaded shape from those that the cause may take again. Raises ShapeInUse."""
    if cause_to_change(cause_id).shape == name:
        raise ShapeInUse
    db.session.execute(
        delete(CauseShape).where(CauseShape.cause_id == cause_id, CauseShape.shape == name)
    )


def sweep_shapes(*, now):
    """Forget pictures that nobody accepted within a day, and uploaded shapes that no cause has; return how many of these."""
    edge = now - DRAFTS_KEPT
    db.session.execute(delete(ShapeDraft).where(ShapeDraft.changed_at <= edge))
    named = (
        exists().where(column == StoredShape.name)
        for column in (CauseShape.shape, ShapeDraft.shape, Cause.shape)
    )
    unknown = delete(StoredShape).where(StoredShape.created_at <= edge, *(~each for each in named))
    return db.session.execute(unknown.execution_options(synchronize_session=False)).rowcount


def _cut(made, now):
    cut = made.cut
    if made.name:
        # One that was kept before is as good as new.
        store_shape(made.name, made.files, now=now).created_at = now
    cut_as = {"cut_by": cut.by, "threshold": cut.threshold, "inverted": cut.inverted}
    return {"shape": made.name, "fault": made.fault, "changed_at": now, **cut_as}


def _to_change(draft_id):
    return db.session.scalars(
        select(ShapeDraft)
        .where(ShapeDraft.id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
