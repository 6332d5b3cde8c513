"""Queries about organizers, for pages, emails and commands."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from campaign.accounts import tokens
from campaign.accounts.models import AccountLink, Grant, KnownDevice, Organizer
from campaign.accounts.permissions import ADMIN
from campaign.extensions import db
from campaign.security.tokens import claimed_number


def organizer_by_id(organizer_id: int | None) -> Organizer | Any:
    """Return the organizer, even if removed, or None.

    The type has Any in place of None, because most callers know that the organizer exists.
    """
    return db.session.get(Organizer, organizer_id)


def present_organizer(organizer_id: int | None) -> Organizer | None:
    """Return the organizer, or None if there is none or they were removed."""
    organizer = organizer_by_id(organizer_id) if organizer_id else None
    return organizer if organizer and organizer.removed_at is None else None


def organizer_by_address(address: str) -> Organizer | None:
    """Return the organizer with this email address, even if removed, or None.

    All ways to write the address find the same organizer.
    """
    return db.session.scalar(
        select(Organizer).where(Organizer.email_digest == tokens.email_digest(address))
    )


def organizers_of(
    cause_ids: Collection[int] | None,
    organisation_ids: Collection[int] | None = None,
    *,
    with_removed: bool = False,
) -> Sequence[Organizer]:
    """Return the organizers with a role in these causes or organisations, and the admins, by name.

    If `cause_ids` is None, return all organizers. Removed ones are included only `with_removed`.
    """
    query = select(Organizer).order_by(Organizer.name, Organizer.email)
    if not with_removed:
        query = query.where(Organizer.removed_at.is_(None))
    if cause_ids is not None:
        organizer_ids = select(Grant.organizer_id).where(
            or_(
                Grant.cause_id.in_(cause_ids),
                Grant.organisation_id.in_(organisation_ids or ()),
                Grant.role == ADMIN,
            )
        )
        query = query.where(Organizer.id.in_(organizer_ids))
    return db.session.scalars(query).all()


def admins() -> Sequence[Organizer]:
    """Return the admins who are not removed."""
    admin_ids = select(Grant.organizer_id).where(Grant.role == ADMIN)
    return db.session.scalars(
        select(Organizer)
        .where(Organizer.id.in_(admin_ids), Organizer.removed_at.is_(None))
        .order_by(Organizer.id)
    ).all()


def owners_of(cause_id: int) -> Sequence[Organizer]:
    """Return the owners of a cause, who get its alerts.

    If it has none, these are the owners of its organisation, and after them the admins.
    """
    query = select(Organizer).where(Organizer.removed_at.is_(None)).order_by(Organizer.id)
    of_cause = Organizer.grants.any(cause_id=cause_id, role="owner")
    of_organisation = Organizer.organisation_causes.any(id=cause_id)
    return (
        db.session.scalars(query.where(of_cause)).all()
        or db.session.scalars(query.where(of_organisation)).all()
        or admins()
    )


def has_other_owner(grant: Grant, without: Sequence[Grant]) -> bool:
    """Return whether someone who can sign in owns what `grant` is for, apart from `without`.

    The owner of an organisation owns all of its causes.
    """
    owns = (
        Grant.organisation_id == grant.organisation_id
        if grant.cause_id is None
        else or_(
            (Grant.cause_id == grant.cause_id) & (Grant.role == "owner"),
            Grant.organisation_id.is_not(None)
            & Organizer.organisation_causes.any(id=grant.cause_id),
        )
    )
    return bool(
        db.session.scalar(
            select(Grant.id)
            .join(Organizer, Organizer.id == Grant.organizer_id)
            .where(
                Grant.id.not_in([each.id for each in without]),
                Organizer.password_hash.is_not(None),
                owns,
            )
            .limit(1)
        )
    )


def link_by_token(purpose: str, token: str, now: datetime) -> AccountLink | None:
    """Return the usable AccountLink behind a token of `purpose`, or None."""
    link_id = claimed_number(token)
    link = None if link_id is None else db.session.get(AccountLink, link_id)
    return (
        link
        if link is not None and tokens.is_token_of(link, purpose, token) and is_open(link, now)
        else None
    )


def link_by_id(link_id: int) -> AccountLink | None:
    """Return the link, even if it can no longer be used, or None."""
    return db.session.get(AccountLink, link_id)


def last_invitation(organizer_id: int) -> AccountLink | None:
    """Return an organizer's newest invitation link, or None."""
    return db.session.scalar(
        select(AccountLink)
        .where(AccountLink.organizer_id == organizer_id, AccountLink.purpose == "invitation")
        .order_by(AccountLink.id.desc())
        .limit(1)
    )


def is_open(link: AccountLink, now: datetime) -> bool:
    """Return whether a link can still be used."""
    return link.used_at is None and link.expires_at > now and link.organizer.removed_at is None


def device_by_id(device_id: int) -> KnownDevice | None:
    """Return the known device, or None."""
    return db.session.get(KnownDevice, device_id)
