"""What pages, mails and commands ask about organizers."""

from sqlalchemy import or_, select

from campaign.accounts import tokens
from campaign.accounts.models import AccountLink, Grant, KnownDevice, Organizer
from campaign.accounts.permissions import ADMIN
from campaign.extensions import db
from campaign.security.tokens import claimed_number


def organizer_by_id(organizer_id):
    """Return the organizer, or None; a removed one too."""
    return db.session.get(Organizer, organizer_id)


def organizer_by_address(address):
    """Return the organizer with this address, however it is written, or None; a removed one too."""
    return db.session.scalar(
        select(Organizer).where(Organizer.email_digest == tokens.email_digest(address))
    )


def organizers_of(cause_ids, *, with_removed=False):
    """Return who has a role in these causes, with the admins, by name; where it is None everybody, those who were removed if asked for."""
    query = select(Organizer).order_by(Organizer.name, Organizer.email)
    if not with_removed:
        query = query.where(Organizer.removed_at.is_(None))
    if cause_ids is not None:
        theirs = select(Grant.organizer_id).where(
            or_(Grant.cause_id.in_(cause_ids), Grant.role == ADMIN)
        )
        query = query.where(Organizer.id.in_(theirs))
    return db.session.scalars(query).all()


def admins():
    """Return the organizers who may do everything, and can sign in."""
    theirs = select(Grant.organizer_id).where(Grant.role == ADMIN)
    return db.session.scalars(
        select(Organizer)
        .where(Organizer.id.in_(theirs), Organizer.removed_at.is_(None))
        .order_by(Organizer.id)
    ).all()


def link_by_token(purpose, token, now):
    """Return the AccountLink behind a token of `purpose` that can still be used, or None."""
    link_id = claimed_number(token)
    link = None if link_id is None else db.session.get(AccountLink, link_id)
    return (
        link
        if link is not None and tokens.is_token_of(link, purpose, token) and is_open(link, now)
        else None
    )


def link_by_id(link_id):
    return db.session.get(AccountLink, link_id)


def last_invitation(organizer_id):
    """Return the newest AccountLink by which somebody was invited, or None."""
    return db.session.scalar(
        select(AccountLink)
        .where(AccountLink.organizer_id == organizer_id, AccountLink.purpose == "invitation")
        .order_by(AccountLink.id.desc())
        .limit(1)
    )


def is_open(link, now):
    """Return whether a link can still be used."""
    return link.used_at is None and link.expires_at > now and link.organizer.removed_at is None


def device_by_id(device_id):
    return db.session.get(KnownDevice, device_id)
