"""Queries about petitions, for pages, forms and commands."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.kinds import PETITION
from campaign.petitions.models import Petition, PetitionTally, PetitionVersion, phase_of

TOO_LARGE = 2**31


@dataclass(frozen=True, slots=True)
class SigningTerms:
    """What is needed to sign a petition: a single row, read at each signing."""

    id: int
    cause_id: int
    slug: str
    phase: str
    version_id: int
    required_fields: frozenset[str]
    questions: tuple[dict[str, Any], ...]
    two_per_address: bool
    is_quiet: bool = False
    organisation_id: int | None = None
    retention_days: int | None = None
    action_kind: str = PETITION
    offers_answers: bool = True


def published_petitions(cause_id: int | None = None) -> Sequence[Petition]:
    """Return the public petitions that are not archived, in order, with texts and targets.

    They are those of one cause, or of all causes if `cause_id` is None.
    """
    query = _with_texts().where(
        Petition.state != "draft", Petition.archived_at.is_(None), Cause.state != "draft"
    )
    if cause_id is not None:
        query = query.where(Petition.cause_id == cause_id)
    return db.session.scalars(
        query.order_by(Petition.cause_id, Petition.position, Petition.id)
    ).all()


def petitions_of_cause(cause_id: int) -> Sequence[Petition]:
    """Return all petitions of a cause in any state, in order, with texts and targets."""
    query = (
        _with_texts().where(Petition.cause_id == cause_id).order_by(Petition.position, Petition.id)
    )
    return db.session.scalars(query).all()


def petition_by_slug(slug: str) -> Petition | None:
    """Return the public petition at `slug`, with texts and targets, or None."""
    return db.session.scalar(
        _with_texts().where(
            Petition.slug == slug, Petition.state != "draft", Cause.state != "draft"
        )
    )


def petition_by_id(petition_id: int) -> Petition | None:
    """Return the petition with this id, with texts and targets, or None."""
    return db.session.scalar(_with_texts().where(Petition.id == petition_id))


def petition_in_any_state(slug: str) -> Petition | None:
    """Return the petition at `slug` in any state, with texts and targets, or None."""
    return db.session.scalar(_with_texts().where(Petition.slug == slug))


def petitions_among(
    cause_ids: Collection[int] | None,
    *,
    archived: bool | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Petition]:
    """Return petitions of these causes, or of all if None, in order, with texts and targets.

    `archived` selects only those in the archive (True) or only the others (False). None means both.
    """
    query = (
        _with_texts()
        .where(*_among(cause_ids, archived))
        .order_by(Petition.cause_id, Petition.position, Petition.id)
    )
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def archived_petitions(cause_ids: Collection[int] | None) -> int | None:
    """Return how many petitions of these causes, or of all if None, are in the archive."""
    return db.session.scalar(
        select(func.count(Petition.id)).where(*_among(cause_ids, archived=True))
    )


def petitions_with_ids(petition_ids: Collection[int]) -> Sequence[Petition]:
    """Return these petitions in any state, in the order of their ids, with texts and targets."""
    return db.session.scalars(
        _with_texts().where(Petition.id.in_(petition_ids)).order_by(Petition.id)
    ).all()


def petition_counts(petition_ids: Iterable[int]) -> dict[int, int]:
    """Return {petition id: count} for the petitions that have a tally."""
    rows = db.session.execute(
        select(PetitionTally.petition_id, PetitionTally.count).where(
            PetitionTally.petition_id.in_(list(petition_ids))
        )
    )
    return {petition_id: count for petition_id, count in rows}


def kinds_of_actions(petition_ids: Collection[int]) -> dict[int, str]:
    """Return {id: name of the kind} of these petitions and other actions."""
    rows = db.session.execute(
        select(Petition.id, Petition.action_kind).where(Petition.id.in_(petition_ids))
    )
    return {petition_id: name for petition_id, name in rows}


def results_of_actions(petition_ids: Collection[int]) -> dict[int, str]:
    """Return {id: result} of those of these petitions and other actions that have a result."""
    rows = db.session.execute(
        select(Petition.id, Petition.result).where(
            Petition.id.in_(petition_ids), Petition.result != ""
        )
    )
    return {petition_id: result for petition_id, result in rows}


def is_quiet(petition_id: int) -> bool | None:
    """Return whether the count of this petition moves only in groups, or None if unknown."""
    return db.session.scalar(select(Petition.is_quiet).where(Petition.id == petition_id))


def signing_terms(slug: str, *, now: datetime, version: int | None = None) -> SigningTerms | None:
    """Return the SigningTerms of the public petition at `slug`, or None.

    `version` is the number of the version that the signer read. A page that is an hour old is
    signed as it was read. An unknown number falls back to the newest version.
    """
    # A number too large for the column would raise a database error instead of matching nothing.
    number = version if version and 0 < version < TOO_LARGE else None
    row = db.session.execute(_TERMS, {"asked_slug": slug, "asked_version": number}).first()
    if row is None:
        return None
    return SigningTerms(
        id=row.id,
        cause_id=row.cause_id,
        slug=slug,
        phase=phase_of(row, now),
        version_id=row.version_id,
        required_fields=frozenset(row.required_fields),
        questions=tuple(row.questions),
        two_per_address=row.two_per_address,
        is_quiet=row.is_quiet,
        organisation_id=row.organisation_id,
        retention_days=row.retention_days,
        action_kind=row.action_kind,
        offers_answers=row.offers_answers,
    )


def _terms() -> Select[*tuple[Any, ...]]:
    """Return the statement of `signing_terms`.

    Building it takes longer than running it, so we build it once.
    """
    petition, cause, version = Petition.__table__.c, Cause.__table__.c, PetitionVersion.__table__.c
    newest = (
        select(func.max(version.id)).where(version.petition_id == petition.id).scalar_subquery()
    )
    requested = (
        select(version.id)
        .where(
            version.petition_id == petition.id,
            version.number == bindparam("asked_version", type_=Integer),
        )
        .scalar_subquery()
    )
    return (
        select(
            petition.id,
            petition.cause_id,
            petition.state,
            petition.opens_at,
            petition.closes_at,
            petition.required_fields,
            petition.questions,
            petition.two_per_address,
            petition.is_quiet,
            petition.retention_days,
            petition.action_kind,
            petition.offers_answers,
            cause.organisation_id,
            func.coalesce(requested, newest).label("version_id"),
        )
        .join_from(Petition.__table__, Cause.__table__)
        .where(
            petition.slug == bindparam("asked_slug"),
            petition.state != "draft",
            cause.state != "draft",
        )
    )


_TERMS = _terms()


def _among(
    cause_ids: Collection[int] | None, archived: bool | None
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a petition is of these causes, and in the archive or not."""
    of_causes = () if cause_ids is None else (Petition.cause_id.in_(cause_ids),)
    return (
        of_causes
        if archived is None
        else (
            *of_causes,
            Petition.archived_at.is_not(None) if archived else Petition.archived_at.is_(None),
        )
    )


def _with_texts() -> Select[Petition]:
    return (
        select(Petition)
        .join(Petition.cause)
        .options(
            joinedload(Petition.cause).selectinload(Cause.texts),
            selectinload(Petition.targets),
            selectinload(Petition.versions).selectinload(PetitionVersion.texts),
        )
    )
