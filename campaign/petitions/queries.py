"""What pages, forms and commands ask about petitions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.models import Petition, PetitionTally, PetitionVersion, phase_of


@dataclass(frozen=True, slots=True)
class SigningTerms:
    """What one must know of a petition to sign it: a single row, read on each signing."""

    id: int
    cause_id: int
    slug: str
    phase: str
    version_id: int
    required_fields: frozenset
    questions: tuple
    two_per_address: bool


def published_petitions(cause_id=None):
    """Return the public petitions in their order, of one cause or of all, with texts and targets."""
    query = _whole().where(Petition.state != "draft", Cause.state == "published")
    if cause_id is not None:
        query = query.where(Petition.cause_id == cause_id)
    return db.session.scalars(query.order_by(Petition.cause_id, Petition.position, Petition.id)).all()


def petition_by_slug(slug):
    """Return the public petition at `slug`, with texts and targets, or None."""
    return db.session.scalar(
        _whole().where(Petition.slug == slug, Petition.state != "draft", Cause.state == "published")
    )


def petition_by_id(petition_id):
    """Return the petition with this id, with texts and targets, or None."""
    return db.session.scalar(_whole().where(Petition.id == petition_id))


def petition_counts(petition_ids):
    """Return {petition id: count} for those that have a tally."""
    rows = db.session.execute(
        select(PetitionTally.petition_id, PetitionTally.count).where(
            PetitionTally.petition_id.in_(list(petition_ids))
        )
    )
    return {petition_id: count for petition_id, count in rows}


def signing_terms(slug, *, now: datetime, version=None):
    """Return the SigningTerms of the public petition at `slug`, or None.

    `version` is the number of the text that the signer read: an hour-old page is signed as it was read. A number that the
    petition does not have falls back to the newest.
    """
    newest = (
        select(func.max(PetitionVersion.id))
        .where(PetitionVersion.petition_id == Petition.id)
        .scalar_subquery()
    )
    version_id = newest
    if version is not None:
        read = (
            select(PetitionVersion.id)
            .where(PetitionVersion.petition_id == Petition.id, PetitionVersion.number == version)
            .scalar_subquery()
        )
        version_id = func.coalesce(read, newest)
    row = db.session.execute(
        select(
            Petition.id,
            Petition.cause_id,
            Petition.state,
            Petition.opens_at,
            Petition.closes_at,
            Petition.required_fields,
            Petition.questions,
            Petition.two_per_address,
            version_id.label("version_id"),
        )
        .join(Cause)
        .where(Petition.slug == slug, Petition.state != "draft", Cause.state == "published")
    ).first()
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
    )


def _whole():
    return (
        select(Petition)
        .join(Petition.cause)
        .options(
            joinedload(Petition.cause).selectinload(Cause.texts),
            selectinload(Petition.targets),
            selectinload(Petition.versions).selectinload(PetitionVersion.texts),
        )
    )
