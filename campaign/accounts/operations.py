"""Change organizers and their roles."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import delete, func, select, update

from campaign.accounts import tokens
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.factors import remove_second_factors
from campaign.accounts.models import AccountLink, Grant, Organizer
from campaign.accounts.permissions import ADMIN
from campaign.accounts.queries import (
    admins,
    has_other_owner,
    organizer_by_address,
    organizer_by_id,
    present_organizer,
)
from campaign.accounts.sessions import close_sessions, forget_devices
from campaign.db.upsert import insert
from campaign.errors import CampaignError
from campaign.extensions import db, note_ended
from campaign.mail.models import ACCOUNT
from campaign.mail.operations import enqueue
from campaign.text.email_addresses import Address

INVITATION, RESET, ROLE, CHANGED = (
    "account_invitation",
    "account_reset",
    "account_role",
    "account_changed",
)
NEW_DEVICE = "account_new_device"
LINK_LIFETIMES = {"invitation": timedelta(days=7), "reset": timedelta(hours=2)}


class LinkSpent(CampaignError):
    """The link was used, has expired, or its organizer was removed."""

    status = 410


class LastAdmin(CampaignError):
    """Without this organizer, nobody could give roles."""

    status = 409


class LastOwner(CampaignError):
    """Without this organizer, a cause or an organisation would have no owner.

    One of `cause_id` and `organisation_id` says which.
    """

    status = 409

    def __init__(self, cause_id: int | None, organisation_id: int | None) -> None:
        super().__init__()
        self.cause_id, self.organisation_id = cause_id, organisation_id


class AdminExists(CampaignError):
    """The site has an admin already, who invites all others."""

    status = 410


class OrganizerRemoved(CampaignError):
    """An admin removed this organizer, so only an admin can invite them again."""

    status = 409


class GrantedRole(NamedTuple):
    """Who was given a role, and whether the role is new to them."""

    organizer_id: int
    is_new: bool


def invite(
    *,
    address: Address,
    name: str = "",
    role: str,
    cause_id: int | None = None,
    organisation_id: int | None = None,
    lang: str,
    invited_by_id: int | None = None,
    may_bring_back: bool = False,
    now: datetime,
) -> GrantedRole:
    """Give a role to the person with this email address and return what was given.

    `cause_id`, or `organisation_id` for its owner, is what the role is for. An admin has neither.
    People without a password get an email with a link to set one. The others get an email about the
    role. Raises OrganizerRemoved for a person whom an admin removed, unless `may_bring_back`.
    """
    organizer = _organizer_at(address, name, lang, may_bring_back, now)
    if not organizer.is_invited:
        return give_role(
            organizer_id=organizer.id,
            role=role,
            cause_id=cause_id,
            organisation_id=organisation_id,
            now=now,
        )
    _, is_new = _grant(organizer, role, cause_id, organisation_id, now)
    enqueue_invitation(organizer_id=organizer.id, invited_by_id=invited_by_id, now=now)
    return GrantedRole(organizer.id, is_new)


def give_role(
    *,
    organizer_id: int,
    role: str,
    cause_id: int | None = None,
    organisation_id: int | None = None,
    now: datetime,
) -> GrantedRole:
    """Give an organizer a role, and tell them by email if it is new, and return what was given."""
    organizer = organizer_by_id(organizer_id)
    grant, is_new = _grant(organizer, role, cause_id, organisation_id, now)
    if is_new and not organizer.is_invited:
        enqueue(kind=ROLE, subject_id=grant.id, lang=organizer.lang, priority=ACCOUNT)
    return GrantedRole(organizer_id, is_new)


def enqueue_invitation(
    *, organizer_id: int, invited_by_id: int | None = None, now: datetime
) -> None:
    """Queue an email with a link to set a password, for a person who has none yet."""
    link = make_link(
        organizer_id=organizer_id, purpose="invitation", invited_by_id=invited_by_id, now=now
    )
    lang = organizer_by_id(organizer_id).lang
    enqueue(kind=INVITATION, subject_id=link.id, lang=lang, priority=ACCOUNT)


def enrol(
    *,
    address: Address,
    role: str,
    cause_id: int | None = None,
    organisation_id: int | None = None,
    lang: str,
    now: datetime,
) -> tuple[GrantedRole, AccountLink]:
    """Give a role without sending an email. Return (what was given, a link to set a password)."""
    organizer = _organizer_at(address, "", lang, True, now)
    _, is_new = _grant(organizer, role, cause_id, organisation_id, now)
    return GrantedRole(organizer.id, is_new), make_link(
        organizer_id=organizer.id, purpose="invitation", now=now
    )


def create_first_admin(
    *, address: Address, name: str, lang: str, password_hash: str, now: datetime
) -> Organizer:
    """Create the first admin of a site, who can sign in at once, and return them.

    Raise AdminExists.
    """
    if admins():
        raise AdminExists("the first admin is there already")
    _granted, link = enrol(address=address, role=ADMIN, lang=lang, now=now)
    return follow_link(link_id=link.id, password_hash=password_hash, name=name, lang=lang, now=now)


def make_link(
    *, organizer_id: int, purpose: str, invited_by_id: int | None = None, now: datetime
) -> AccountLink:
    """Create a link to set a password, and end older links of the same purpose."""
    db.session.execute(
        update(AccountLink)
        .where(
            AccountLink.organizer_id == organizer_id,
            AccountLink.purpose == purpose,
            AccountLink.used_at.is_(None),
        )
        .values(expires_at=now)
    )
    link = AccountLink(
        organizer_id=organizer_id,
        purpose=purpose,
        invited_by_id=invited_by_id,
        created_at=now,
        expires_at=now + LINK_LIFETIMES[purpose],
    )
    db.session.add(link)
    db.session.flush()
    return link


def request_reset(*, address: str, now: datetime) -> None:
    """Queue a password reset link for `address`.

    If nobody has the address, queue an email that is never sent.
    """
    organizer = organizer_by_address(address)
    if organizer is None or organizer.removed_at is not None:
        enqueue(kind=RESET, subject_id=0, lang="en", priority=ACCOUNT)
        return
    purpose = "invitation" if organizer.is_invited else "reset"
    link = make_link(organizer_id=organizer.id, purpose=purpose, now=now)
    kind = INVITATION if organizer.is_invited else RESET
    enqueue(kind=kind, subject_id=link.id, lang=organizer.lang, priority=ACCOUNT)


def follow_link(
    *,
    link_id: int,
    password_hash: str,
    name: str | None = None,
    lang: str | None = None,
    now: datetime,
) -> Organizer:
    """Set the password of the link's organizer, once. Raises LinkSpent.

    All their sessions and known browsers end.
    """
    unused = AccountLink.id == link_id, AccountLink.used_at.is_(None), AccountLink.expires_at > now
    statement = (
        update(AccountLink).where(*unused).values(used_at=now).returning(AccountLink.organizer_id)
    )
    organizer_id = db.session.scalar(statement)
    organizer = present_organizer(organizer_id)
    if organizer is None:
        raise LinkSpent
    organizer.password_hash = password_hash
    organizer.name = name or organizer.name
    organizer.lang = lang or organizer.lang
    close_sessions(organizer_id=organizer.id)
    forget_devices(organizer_id=organizer.id)
    db.session.flush()
    return organizer


def set_password(
    *, organizer_id: int, password_hash: str, except_session: int | None = None
) -> None:
    """Set a new password, and end all sessions except `except_session`."""
    organizer_by_id(organizer_id).password_hash = password_hash
    close_sessions(organizer_id=organizer_id, except_session=except_session)
    db.session.flush()


def describe(*, organizer_id: int, name: str, lang: str) -> None:
    """Change an organizer's name, and the language of their pages and emails."""
    organizer = organizer_by_id(organizer_id)
    organizer.name, organizer.lang = name, lang
    db.session.flush()


def remove_role(*, grant_id: int) -> tuple[int, str, int | None] | None:
    """Remove a role and return (organizer id, role, cause id), or None.

    Raises LastAdmin and LastOwner.
    """
    grant = db.session.get(Grant, grant_id)
    if grant is None:
        return None
    if grant.role == ADMIN:
        _refuse_last_admin(grant.organizer_id)
    _refuse_last_owner(organizer_by_id(grant.organizer_id), [grant])
    removed = grant.organizer_id, grant.role, grant.cause_id
    note_ended("grant.taken", grant.id, grant.created_at)
    db.session.execute(delete(Grant).where(Grant.id == grant_id))
    return removed


def remove(*, organizer_id: int, now: datetime) -> Organizer | None:
    """Remove an organizer, and return them, or None if they were removed before.

    Roles, sessions, password and second factors are deleted. The name stays for the activity log.
    What they made stays. Raises LastAdmin and LastOwner.
    """
    organizer = organizer_by_id(organizer_id)
    if organizer.removed_at is not None:
        return None
    if any(grant.role == ADMIN for grant in organizer.grants):
        _refuse_last_admin(organizer_id)
    _refuse_last_owner(organizer, organizer.grants)
    return remove_access(organizer, now)


def remove_access(organizer: Organizer, now: datetime) -> Organizer:
    """Remove everything from an organizer but the name, even from the last admin."""
    organizer.password_hash, organizer.removed_at, organizer.grants = None, now, []
    remove_second_factors(organizer_id=organizer.id)
    forget_devices(organizer_id=organizer.id)
    note_ended("organizer.removed", organizer.id, organizer.created_at)
    db.session.flush()
    return organizer


def enqueue_change_email(entry: AuditEntry, organizer: Organizer) -> None:
    """Queue an email to an organizer about a change to their account, from its audit event."""
    enqueue(kind=CHANGED, subject_id=entry.id, lang=organizer.lang, priority=ACCOUNT)


def _organizer_at(
    address: Address, name: str, lang: str, may_bring_back: bool, now: datetime
) -> Organizer:
    digest = tokens.email_digest(address.normalized)
    row: dict[str, object]
    row = {"email": address.normalized, "email_digest": digest, "name": name, "lang": lang}
    row |= {"totp_step": 0, "created_at": now}
    # If two people invite the same person at once, only one organizer is created.
    db.session.execute(
        insert(Organizer.__table__)
        .values(row)
        .on_conflict_do_nothing(index_elements=["email_digest"])
    )
    query = select(Organizer).where(Organizer.email_digest == digest)
    organizer = cast(Organizer, db.session.scalar(query))
    if organizer.removed_at is not None:
        if not may_bring_back:
            raise OrganizerRemoved
        organizer.removed_at, organizer.email, organizer.lang = None, address.normalized, lang
        organizer.name = name or organizer.name
        note_ended("organizer.returned", organizer.id, organizer.created_at)
        db.session.flush()
    return organizer


def _grant(
    organizer: Organizer,
    role: str,
    cause_id: int | None,
    organisation_id: int | None,
    now: datetime,
) -> tuple[Grant, bool]:
    row: dict[str, object]
    row = {"organizer_id": organizer.id, "role": role, "created_at": now}
    row |= {"cause_id": cause_id, "organisation_id": organisation_id}
    statement = (
        insert(Grant.__table__).values(row).on_conflict_do_nothing().returning(Grant.__table__.c.id)
    )
    is_new = db.session.scalar(statement) is not None
    db.session.expire(organizer, ["grants", "organisation_causes"])
    conditions = (
        Grant.organizer_id == organizer.id,
        Grant.role == role,
        Grant.cause_id.is_not_distinct_from(cause_id),
        Grant.organisation_id.is_not_distinct_from(organisation_id),
    )
    return cast(Grant, db.session.scalar(select(Grant).where(*conditions))), is_new


def _refuse_last_admin(organizer_id: int) -> None:
    # Rows are locked in one order, so that if two admins remove each other at once, one of them
    # stays.
    admin_ids = db.session.scalars(
        select(Grant.organizer_id).where(Grant.role == ADMIN).order_by(Grant.id).with_for_update()
    ).all()
    other_admins = db.session.scalar(
        select(func.count())
        .select_from(Organizer)
        .where(
            Organizer.id.in_(admin_ids),
            Organizer.id != organizer_id,
            Organizer.password_hash.is_not(None),
        )
    )
    if not other_admins:
        raise LastAdmin


def _refuse_last_owner(organizer: Organizer, grants: Sequence[Grant]) -> None:
    """Raise LastOwner if a cause or an organisation would have no owner without these `grants`."""
    owned = [grant for grant in grants if grant.role == "owner"]
    if not owned or organizer.is_invited:
        return
    # Rows are locked in one order, as those of admins are.
    db.session.scalars(
        select(Grant.id).where(Grant.role == "owner").order_by(Grant.id).with_for_update()
    ).all()
    for grant in owned:
        if not has_other_owner(grant, grants):
            raise LastOwner(grant.cause_id, grant.organisation_id)
