"""Queries about posters and shapes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import load_only

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.montage.models import IN_WORK, READY, CauseShape, Poster, ShapeDraft, StoredShape
from campaign.montage.shapes.files import Shape, UnknownShape, shape_from, shape_named, shape_names
from campaign.signatures.models import SHOWN, Signature, shown_name

MAX_SHAPES = 16
NAMES_AT_ONCE = 5000


@dataclass(frozen=True)
class Variety:
    """A kind of poster: `file_format` is pdf or png, `size` A3 … A0 or a width in pixels."""

    cause_id: int
    file_format: str
    size: str
    lang: str
    with_names: bool

    @classmethod
    def of(cls, poster: Poster) -> "Variety":
        """Return the variety of a poster."""
        return cls(*(getattr(poster, field.name) for field in fields(cls)))

    def matches(self) -> list[ColumnElement[bool]]:
        """Return the conditions that select this variety's posters."""
        return [getattr(Poster, name) == value for name, value in vars(self).items()]


@dataclass(frozen=True)
class PosterStatus:
    """The newest poster of a variety in each state that a page shows, or None."""

    ready: Poster | None
    in_work: Poster | None
    failed: Poster | None


def poster_status(variety: Variety) -> PosterStatus:
    """Return the newest posters of this variety, by state."""
    rows = db.session.scalars(select(Poster).where(*variety.matches()).order_by(Poster.id)).all()
    newest = {"in work" if row.state in ("waiting", "drawing") else row.state: row for row in rows}
    return PosterStatus(newest.get("ready"), newest.get("in work"), newest.get("failed"))


def posters_before(poster: Poster) -> int:
    """Return how many posters are ahead of this one in the queue."""
    query = select(func.count()).select_from(Poster).where(IN_WORK, Poster.id < poster.id)
    return db.session.scalar(query) or 0


def posters_with_former_names() -> list[int]:
    """Return the ids of ready posters with names that may no longer be shown as they are."""
    by_cause: dict[int, list[Poster]] = {}
    for poster in db.session.scalars(select(Poster).where(READY, Poster.with_names)):
        by_cause.setdefault(poster.cause_id, []).append(poster)
    outdated = []
    for cause_id, posters in by_cause.items():
        digests = _digests_up_to(cause_id, {poster.last_number for poster in posters})
        outdated += [
            poster.id for poster in posters if poster.names_digest != digests[poster.last_number]
        ]
    return outdated


def shown_names(cause_id: int, last_number: int, first: int = 1) -> Iterator[str]:
    """Yield the names of butterflies `first` … `last_number`, by number.

    They are written as their supporters let us show them.
    """
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


def names_digest(names: Iterable[str]) -> str:
    """Return a digest of names, to detect whether any has changed."""
    return _with_names(blake2b(digest_size=16), names).hexdigest()


def find_shape(name: str) -> Shape:
    """Return the built-in or uploaded Shape of this name. Raise UnknownShape."""
    return shape_named(name) if name in shape_names() else _stored(name)


def is_public_shape(name: str) -> bool:
    """Return whether the public may see this shape: it is built in, or an organizer accepted it."""
    accepted = select(StoredShape.name).where(
        StoredShape.name == name, StoredShape.accepted_at.is_not(None)
    )
    return name in shape_names() or db.session.scalar(accepted) is not None


def shape_title(name: str) -> str:
    """Return the title of an uploaded shape."""
    statement = (
        select(StoredShape)
        .options(load_only(StoredShape.metadata_toml))
        .where(StoredShape.name == name)
    )
    return db.session.scalars(statement).one().title


def shapes_of(cause: Cause) -> dict[str, str]:
    """Return {name: title} of the uploaded shapes of the cause, newest first."""
    rows = db.session.scalars(
        select(StoredShape)
        .options(load_only(StoredShape.name, StoredShape.metadata_toml))
        .join(CauseShape, CauseShape.shape == StoredShape.name)
        .where(CauseShape.cause_id == cause.id)
        .order_by(CauseShape.accepted_at.desc(), StoredShape.name)
    )
    return {row.name: row.title for row in rows}


def drafts_of(cause: Cause) -> Sequence[ShapeDraft]:
    """Return the pictures that may become a shape of the cause, newest first."""
    return db.session.scalars(
        select(ShapeDraft)
        .where(ShapeDraft.cause_id == cause.id)
        .order_by(ShapeDraft.changed_at.desc(), ShapeDraft.id.desc())
    ).all()


def draft_of(cause: Cause, draft_id: int) -> ShapeDraft | None:
    """Return this ShapeDraft of the cause, or None."""
    return db.session.scalar(
        select(ShapeDraft).where(ShapeDraft.cause_id == cause.id, ShapeDraft.id == draft_id)
    )


def _digests_up_to(cause_id: int, last_numbers: Iterable[int]) -> dict[int, str]:
    """Return {last number: names_digest of all names up to it}.

    This reads a million names only once, however many posters show them.
    """
    digest, digests, first = blake2b(digest_size=16), {}, 1
    for last in sorted(last_numbers):
        digests[last] = _with_names(digest, shown_names(cause_id, last, first)).hexdigest()
        first = last + 1
    return digests


def _with_names(digest: blake2b, names: Iterable[str]) -> blake2b:
    for name in names:
        digest.update(name.encode() + b"\n")
    return digest


@lru_cache(MAX_SHAPES)
def _stored(name: str) -> Shape:
    # A shape's name is a digest of it, so the cached value never goes stale.
    row = db.session.get(StoredShape, name)
    if row is None:
        raise UnknownShape(name)
    return shape_from(name, row.files().__getitem__)
