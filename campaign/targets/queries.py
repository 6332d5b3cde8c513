"""Queries about the targets of an organisation."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import selectinload

from campaign.extensions import db
from campaign.targets.models import TargetEmail, TargetImport, TargetProfile
from campaign.text.names import name_key

# What the list of targets can be limited to: a status of an address, no address, or removed.
NO_ADDRESS, REMOVED = "none", "removed"


def search_key(text: str) -> str:
    """Return a text as the search compares it: in lower case, without accents and punctuation."""
    return name_key(text, "")


def search_profiles(
    *, organisation_id: int, query: str = "", status: str = "", limit: int, offset: int = 0
) -> Sequence[TargetProfile]:
    """Return a page of the targets whose texts have all words of `query`, by name.

    `status` is a status of an address, NO_ADDRESS or REMOVED. Without REMOVED, removed targets are
    left out.
    """
    matching = (
        select(TargetProfile)
        .where(_matches(organisation_id, query, status))
        .order_by(TargetProfile.search_text, TargetProfile.id)
        .limit(limit)
        .offset(offset)
    )
    return db.session.scalars(_with_emails(matching)).all()


def profile_count(*, organisation_id: int, query: str = "", status: str = "") -> int:
    """Return how many targets `search_profiles` finds in all."""
    counted = select(func.count(TargetProfile.id)).where(_matches(organisation_id, query, status))
    return db.session.scalar(counted) or 0


def profile_by_id(profile_id: int) -> TargetProfile | None:
    """Return a target, even a removed one, with its addresses, or None."""
    query = select(TargetProfile).where(TargetProfile.id == profile_id)
    return db.session.scalar(_with_emails(query))


def profiles_among(profile_ids: Collection[int]) -> Sequence[TargetProfile]:
    """Return those of these targets that exist, without their addresses."""
    query = select(TargetProfile).where(TargetProfile.id.in_(profile_ids))
    return db.session.scalars(query).all()


def profiles_by_ids(
    profile_ids: Collection[int], *, organisation_id: int | None = None
) -> dict[int, TargetProfile]:
    """Return {id: target} of those that exist, even removed ones, with their addresses.

    With `organisation_id`, targets of other organisations are left out.
    """
    query = select(TargetProfile).where(TargetProfile.id.in_(profile_ids))
    if organisation_id is not None:
        query = query.where(TargetProfile.organisation_id == organisation_id)
    return {profile.id: profile for profile in db.session.scalars(_with_emails(query))}


def valid_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a target acts on this day, and was not removed."""
    return and_(
        TargetProfile.removed_at.is_(None),
        or_(TargetProfile.valid_from.is_(None), TargetProfile.valid_from <= day),
        or_(TargetProfile.valid_until.is_(None), TargetProfile.valid_until >= day),
    )


def imports_of(organisation_id: int, *, limit: int) -> Sequence[TargetImport]:
    """Return the newest imports of an organisation, newest first."""
    query = (
        select(TargetImport)
        .where(TargetImport.organisation_id == organisation_id)
        .order_by(TargetImport.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query).all()


def import_by_id(import_id: int) -> TargetImport | None:
    """Return an import, or None."""
    return db.session.get(TargetImport, import_id)


def used_profile_ids(profile_ids: Collection[int]) -> set[int]:
    """Return those of the targets that another table uses, for example as a petition's target."""
    used: set[int] = set()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if column.references(TargetProfile.__table__.c.id) and table.name != "target_email":
                used |= set(db.session.scalars(select(column).where(column.in_(profile_ids))))
    return used


def _with_emails(query: Select[TargetProfile]) -> Select[TargetProfile]:
    return query.options(selectinload(TargetProfile.emails))


def _matches(organisation_id: int, query: str, status: str) -> ColumnElement[bool]:
    removed = TargetProfile.removed_at
    conditions = [
        TargetProfile.organisation_id == organisation_id,
        removed.is_not(None) if status == REMOVED else removed.is_(None),
        *(
            TargetProfile.search_text.contains(word, autoescape=True)
            for word in search_key(query).split()
        ),
    ]
    listed = exists().where(TargetEmail.profile_id == TargetProfile.id, TargetEmail.is_listed)
    if status == NO_ADDRESS:
        conditions.append(~listed)
    elif status and status != REMOVED:
        conditions.append(listed.where(TargetEmail.status == status))
    return and_(*conditions)
