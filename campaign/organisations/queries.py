"""Queries about organisations."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from campaign.extensions import db
from campaign.organisations.models import Organisation, OrganisationImage


def host_organisation() -> Organisation | None:
    """Return the organisation that the site belongs to, or None before the set-up."""
    return db.session.scalar(
        select(Organisation).where(Organisation.is_host).options(selectinload(Organisation.texts))
    )


def organisation_by_slug(slug: str) -> Organisation | None:
    """Return the organisation at `slug`, with its texts, or None."""
    return db.session.scalar(
        select(Organisation)
        .where(Organisation.slug == slug)
        .options(selectinload(Organisation.texts))
    )


def organisation_by_id(organisation_id: int) -> Organisation | None:
    """Return the organisation with this id, with its texts, or None."""
    return db.session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id)
        .options(selectinload(Organisation.texts))
    )


def organisations_among(organisation_ids: Collection[int] | None) -> Sequence[Organisation]:
    """Return these organisations, or all if None, the host first, with their texts."""
    query = (
        select(Organisation)
        .order_by(Organisation.is_host.desc(), Organisation.id)
        .options(selectinload(Organisation.texts))
    )
    if organisation_ids is not None:
        query = query.where(Organisation.id.in_(organisation_ids))
    return db.session.scalars(query).all()


def sender_addresses() -> Sequence[str]:
    """Return the addresses that organisations send email from, those of the oldest first."""
    return db.session.scalars(
        select(Organisation.sender_address)
        .where(Organisation.sender_address != "")
        .order_by(Organisation.id)
    ).all()


def organisation_count() -> int:
    """Return how many organisations this site has."""
    return db.session.scalar(select(func.count()).select_from(Organisation)) or 0


def image_data(slug: str, purpose: str, digest: str) -> tuple[str, bytes] | None:
    """Return (media type, content) of the image of an organisation with this digest, or None."""
    row = db.session.execute(
        select(OrganisationImage.media_type, OrganisationImage.data)
        .join(Organisation, Organisation.id == OrganisationImage.organisation_id)
        .where(
            Organisation.slug == slug,
            OrganisationImage.purpose == purpose,
            OrganisationImage.digest == digest,
        )
    ).one_or_none()
    return None if row is None else (row.media_type, row.data)
