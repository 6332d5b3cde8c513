"""Create and change targets, and note whether letters may be sent to their addresses."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from campaign.db.versioned import check_part
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.targets.models import (
    EMAIL_STATUSES,
    REFUSED_STATUSES,
    TargetEmail,
    TargetImport,
    TargetProfile,
    address_key,
)
from campaign.targets.queries import search_key

# The columns of each part that is edited on its own. The addresses belong to `contact`.
PARTS = {
    "about": (
        *("target_kind", "names", "honorifics", "salutations", "offices", "bodies", "party"),
        *("area", "area_names", "languages", "time_zone", "valid_from", "valid_until"),
        "external_id",
    ),
    "contact": ("contact_form", "telephones", "postal_address", "source", "checked_on"),
}
COLUMNS = (*PARTS["about"], *PARTS["contact"])
# How long a removed target can be restored with its contact data, and an import undone.
UNDO_TIME = timedelta(days=30)
# How long a checked file waits to be imported.
CHECKED_TIME = timedelta(days=7)
ERASED: dict[str, Any] = {
    "contact_form": "",
    "telephones": [],
    "postal_address": "",
    "source": "",
    "checked_on": None,
}


class ExternalIdTaken(CampaignError):
    """Another target of the organisation has this external id."""

    status = 409


def search_text_of(columns: Mapping[str, Any]) -> str:
    """Return what the search compares of a target with these columns. Its names come first."""
    texts = (
        text
        for name in ("names", "offices", "bodies", "area_names")
        for text in columns.get(name, {}).values()
    )
    parts = (*texts, columns.get("party", ""), columns.get("area", ""))
    return "\n".join(dict.fromkeys(filter(None, map(search_key, parts))))


def create_profile(
    *,
    organisation_id: int,
    emails: Iterable[tuple[str, str | None]] = (),
    now: datetime,
    **columns: Any,
) -> TargetProfile:
    """Create a target. `columns` are some of COLUMNS. `emails` are as for `change_profile`.

    Raise ExternalIdTaken.
    """
    _refuse_taken(organisation_id, columns.get("external_id", ""))
    profile = TargetProfile(
        organisation_id=organisation_id, search_text=search_text_of(columns), **columns
    )
    db.session.add(profile)
    _set_emails(profile, emails, now)
    db.session.flush()
    return profile


def change_profile(
    *,
    profile_id: int,
    part: str,
    version: int | None,
    emails: Iterable[tuple[str, str | None]] | None = None,
    now: datetime,
    **columns: Any,
) -> TargetProfile:
    """Change one of PARTS of a target. Raise EditConflict, ExternalIdTaken.

    `emails` are pairs (address, status) in their order. None leaves them alone. With the status
    None an address keeps the one that it has. One that asked not to be written to keeps it always.
    """
    profile = load_for_update(TargetProfile, profile_id)
    check_part(profile, part, version)
    if columns.get("external_id", profile.external_id) != profile.external_id:
        _refuse_taken(profile.organisation_id, columns["external_id"])
    for name in PARTS[part]:
        if name in columns:
            setattr(profile, name, columns[name])
    profile.search_text = search_text_of({name: getattr(profile, name) for name in COLUMNS})
    if emails is not None:
        _set_emails(profile, emails, now)
    db.session.flush()
    return profile


def remove_profile(*, profile_id: int, now: datetime) -> TargetProfile:
    """Remove a target: nobody can choose it. Its contact data is erased after UNDO_TIME."""
    profile = load_for_update(TargetProfile, profile_id)
    if profile.removed_at is None:
        profile.removed_at = now
        # A restored backup must not bring back someone who asked to be removed.
        note_ended("target.removed", profile.id, profile.created_at)
    db.session.flush()
    return profile


def restore_profile(*, profile_id: int) -> TargetProfile:
    """Undo the removal of a target. Erased contact data does not come back."""
    profile = load_for_update(TargetProfile, profile_id)
    if profile.removed_at is not None:
        profile.removed_at = profile.erased_at = None
        note_ended("target.returned", profile.id, profile.created_at)
    db.session.flush()
    return profile


def retry_address(*, profile_id: int, address: str, now: datetime) -> TargetProfile:
    """Write again to an address of a target that bounced."""
    profile = load_for_update(TargetProfile, profile_id)
    for email in profile.emails:
        if email.address_key == address_key(address) and email.status == "bounced":
            check_part(profile, "contact", None)
            email.status, email.status_at = "unknown", now
    db.session.flush()
    return profile


def note_email_status(
    *, address: str, status: str, now: datetime, organisation_id: int | None = None
) -> int:
    """Note what was learned about an address, in every target of the site that has it.

    With `organisation_id`, only targets of that organisation change.

    A later one of "unknown", "good", "bounced" and "asked_not" replaces an earlier one, never the
    other way round. Return how many targets changed.
    """
    changed = 0
    query = select(TargetEmail).where(
        TargetEmail.address_key == address_key(address),
        TargetEmail.status.in_(EMAIL_STATUSES[: EMAIL_STATUSES.index(status)]),
    )
    if organisation_id is not None:
        query = query.join(TargetProfile, TargetProfile.id == TargetEmail.profile_id).where(
            TargetProfile.organisation_id == organisation_id
        )
    for email in db.session.scalars(query.order_by(TargetEmail.profile_id)).all():
        profile = load_for_update(TargetProfile, email.profile_id)
        # Anyone who edits the addresses at the moment gets to see the new status first.
        check_part(profile, "contact", None)
        email.status, email.status_at = status, now
        _note_refused(email)
        changed += 1
    db.session.flush()
    return changed


def erase_old(*, now: datetime) -> int:
    """Erase the contact data of targets removed long ago, and what old imports hold.

    Return how many rows were erased.
    """
    due = select(TargetProfile.id).where(
        TargetProfile.removed_at <= now - UNDO_TIME, TargetProfile.erased_at.is_(None)
    )
    ids = db.session.scalars(due.limit(500).with_for_update(skip_locked=True)).all()
    if ids:
        db.session.execute(
            delete(TargetEmail)
            .where(TargetEmail.profile_id.in_(ids))
            .execution_options(synchronize_session=False)
        )
        db.session.execute(
            update(TargetProfile)
            .where(TargetProfile.id.in_(ids))
            .values(**ERASED, erased_at=now, version=TargetProfile.version + 1)
            .execution_options(synchronize_session=False)
        )
    return len(ids) + _erase_imports(now)


def statuses_of(keys: Sequence[str]) -> dict[str, tuple[str, datetime | None]]:
    """Return {address key: (status, since when)} of those that the site must not write to."""
    query = select(TargetEmail.address_key, TargetEmail.status, TargetEmail.status_at).where(
        TargetEmail.address_key.in_(keys), TargetEmail.status.in_(REFUSED_STATUSES)
    )
    known: dict[str, tuple[str, datetime | None]] = {}
    for key, status, since in db.session.execute(query):
        if key not in known or EMAIL_STATUSES.index(status) > EMAIL_STATUSES.index(known[key][0]):
            known[key] = (status, since)
    return known


def _note_refused(email: TargetEmail) -> None:
    if email.status == "asked_not":
        # A restored backup must not write again to an address that asked for no more letters.
        note_ended("target_address.refused", email.profile_id, email.address_key)


def _refuse_taken(organisation_id: int, external_id: str) -> None:
    taken = select(TargetProfile.id).where(
        TargetProfile.organisation_id == organisation_id, TargetProfile.external_id == external_id
    )
    if external_id and db.session.scalar(taken.limit(1)) is not None:
        raise ExternalIdTaken(external_id)


def _erase_imports(now: datetime) -> int:
    checked_before, imported_before = now - CHECKED_TIME, now - UNDO_TIME
    is_old = or_(
        (TargetImport.state == "checked") & (TargetImport.created_at <= checked_before),
        (TargetImport.state != "checked")
        & (TargetImport.imported_at <= imported_before)
        & TargetImport.changes.is_not(None),
    )
    ids = db.session.scalars(select(TargetImport.id).where(is_old).limit(100)).all()
    if not ids:
        return 0
    chosen = TargetImport.id.in_(ids)
    db.session.execute(
        delete(TargetImport)
        .where(chosen, TargetImport.state == "checked")
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(TargetImport)
        .where(chosen)
        .values(changes=None, content=None, preview=[])
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def _set_emails(
    profile: TargetProfile, emails: Iterable[tuple[str, str | None]], now: datetime
) -> None:
    """Set the listed addresses. `emails` are pairs (address, status)."""
    listed = {address_key(address): (address, status) for address, status in emails}
    rows = {email.address_key: email for email in profile.emails}
    elsewhere = statuses_of([key for key in listed if key not in rows])
    for position, (key, (address, status)) in enumerate(listed.items()):
        email = rows.get(key)
        if email is None:
            known_status, since = elsewhere.get(key, (status or "unknown", None))
            email = TargetEmail(address_key=key, status=known_status, status_at=since)
            profile.emails.append(email)
        elif status and email.is_listed and email.status not in (status, "asked_not"):
            email.status, email.status_at = status, now
            _note_refused(email)
        email.address, email.position, email.is_listed = address, position, True
    for key, email in rows.items():
        if key not in listed and email.status in REFUSED_STATUSES:
            email.is_listed = False
        elif key not in listed:
            profile.emails.remove(email)
