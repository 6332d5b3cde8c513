"""What pages, the worker and commands ask about posters and shapes."""

from dataclasses import astuple, dataclass
from functools import lru_cache
from hashlib import blake2b

from sqlalchemy import func, select
from sqlalchemy.orm import load_only

from campaign.extensions import db
from campaign.montage.models import IN_WORK, READY, CauseShape, Poster, ShapeDraft, StoredShape
from campaign.montage.shapes import UnknownShape, shape_from, shape_named, shape_names
from campaign.signatures.models import SHOWN, Signature, shown_name

MAX_SHAPES = 16
NAMES_AT_ONCE = 5000


@dataclass(frozen=True)
class Variety:
    """A kind of poster: `form` is pdf or png, `size` A3 … A0 or a width in pixels."""

    cause_id: int
    form: str
    size: str
    lang: str
    with_names: bool

    def matches(self):
        columns = (Poster.cause_id, Poster.form, Poster.size, Poster.lang, Poster.with_names)
        return [column == value for column, value in zip(columns, astuple(self), strict=True)]


@dataclass(frozen=True)
class Standing:
    """The newest poster of a variety in each state that a page cares about, or None."""

    ready: Poster | None
    in_work: Poster | None
    failed: Poster | None


def poster_standing(variety):
    rows = db.session.scalars(select(Poster).where(*variety.matches()).order_by(Poster.id)).all()
    newest = {"in work" if row.state in ("waiting", "drawing") else row.state: row for row in rows}
    return Standing(newest.get("ready"), newest.get("in work"), newest.get("failed"))


def is_work_for_the_press(now):
    """Whether a poster waits, or was left by whoever drew it."""
    free = Poster.locked_until.is_(None) | (Poster.locked_until <= now)
    return db.session.scalar(select(Poster.id).where(IN_WORK, free).limit(1)) is not None


def posters_before(poster):
    """Return how many posters are drawn before this one."""
    return db.session.scalar(
        select(func.count()).select_from(Poster).where(IN_WORK, Poster.id < poster.id)
    )


def posters_with_former_names():
    """Return the ids of the ready posters on which names stand that are not shown so any more."""
    by_cause = {}
    for poster in db.session.scalars(select(Poster).where(READY, Poster.with_names)):
        by_cause.setdefault(poster.cause_id, []).append(poster)
    found = []
    for cause_id, posters in by_cause.items():
        present = _digests_up_to(cause_id, {poster.last_number for poster in posters})
        found += [poster.id for poster in posters if poster.names != present[poster.last_number]]
    return found


def shown_names(cause_id, last_number, first=1):
    """Yield the names of butterflies `first` … `last_number` as their owners let them be shown, by number."""
    columns = (Signature.name_display, Signature.given_name, Signature.family_name)
    while first <= last_number:
        last = min(first + NAMES_AT_ONCE - 1, last_number)
        rows = db.session.execute(
            select(*columns)
            .where(Signature.cause_id == cause_id, Signature.number.between(first, last), SHOWN)
            .order_by(Signature.number)
        )
        for display, given, family in rows:
            yield " ".join(shown_name(display, given, family).split())
        first = last + 1


def names_digest(names):
    """Return a digest of names, for seeing whether any has changed."""
    return _with_names(blake2b(digest_size=16), names).hexdigest()


def find_shape(name):
    """Return the Shape of this name, one that comes with the platform or one that was uploaded. Raises UnknownShape."""
    return shape_named(name) if name in shape_names() else _stored(name)


def is_public_shape(name):
    """Whether anybody may have this shape: not those that only await acceptance."""
    accepted = select(StoredShape.name).where(
        StoredShape.name == name, StoredShape.accepted_at.is_not(None)
    )
    return name in shape_names() or db.session.scalar(accepted) is not None


def shape_title(name):
    """Return how organizers call an uploaded shape."""
    only_facts = (
        select(StoredShape).options(load_only(StoredShape.facts)).where(StoredShape.name == name)
    )
    return db.session.scalars(only_facts).one().title


def shapes_of(cause):
    """Return {name: title} of the uploaded shapes that the cause has or may take again, the newest first."""
    rows = db.session.scalars(
        select(StoredShape)
        .options(load_only(StoredShape.name, StoredShape.facts))
        .join(CauseShape, CauseShape.shape == StoredShape.name)
        .where(CauseShape.cause_id == cause.id)
        .order_by(CauseShape.accepted_at.desc(), StoredShape.name)
    )
    return {row.name: row.title for row in rows}


def drafts_of(cause):
    """Return the pictures that may become a shape of the cause, the newest first."""
    return db.session.scalars(
        select(ShapeDraft)
        .where(ShapeDraft.cause_id == cause.id)
        .order_by(ShapeDraft.changed_at.desc(), ShapeDraft.id.desc())
    ).all()


def draft_of(cause, draft_id):
    """Return this ShapeDraft of the cause, or None."""
    return db.session.scalar(
        select(ShapeDraft).where(ShapeDraft.cause_id == cause.id, ShapeDraft.id == draft_id)
    )


def _digests_up_to(cause_id, last_numbers):
    """Return {last number: names_digest of all up to it}; a million names are read once, however many posters have them."""
    digest, digests, first = blake2b(digest_size=16), {}, 1
    for last in sorted(last_numbers):
        digests[last] = _with_names(digest, shown_names(cause_id, last, first)).hexdigest()
        first = last + 1
    return digests


def _with_names(digest, names):
    for name in names:
        digest.update(name.encode() + b"\n")
    return digest


@lru_cache(MAX_SHAPES)
def _stored(name):
    # Its name is a digest of it, so what was read once stays true.
    row = db.session.get(StoredShape, name)
    if row is None:
        raise UnknownShape(name)
    return shape_from(name, row.files().__getitem__)
