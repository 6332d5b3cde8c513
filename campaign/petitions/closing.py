"""Close, reopen and archive a cause together with its petitions."""

from datetime import datetime

from sqlalchemy import select

from campaign.causes.models import Cause
from campaign.extensions import db, load_for_update
from campaign.petitions.models import Petition


def close_cause(*, cause_id: int, now: datetime) -> Cause:
    """Close a public cause and its petitions at the same instant. All pages stay online."""
    cause = load_for_update(Cause, cause_id)
    if cause.state == "published" and cause.closed_at is None:
        cause.closed_at = now
        _close_petitions(cause_id, now)
        db.session.flush()
    return cause


def reopen_cause(*, cause_id: int) -> Cause:
    """Reopen a cause and the petitions that were closed with it.

    A petition that was closed before the cause, or archived since, stays as it is.
    """
    cause = load_for_update(Cause, cause_id)
    if cause.closed_at is None:
        return cause
    closed_with_it = select(Petition).where(
        Petition.cause_id == cause_id,
        Petition.state == "closed",
        Petition.closed_at == cause.closed_at,
        Petition.archived_at.is_(None),
    )
    for petition in db.session.scalars(closed_with_it):
        petition.state, petition.closed_at = "published", None
    cause.closed_at = None
    db.session.flush()
    return cause


def retire_cause(*, cause_id: int, now: datetime) -> Cause:
    """Archive a cause and close its petitions. Their pages stay online but take no signatures."""
    cause = load_for_update(Cause, cause_id)
    _close_petitions(cause_id, now)
    cause.state, cause.closed_at = "archived", None
    db.session.flush()
    return cause


def _close_petitions(cause_id: int, now: datetime) -> None:
    """Close the cause's public petitions.

    A signature made at a table before `now` still counts if it arrives later.
    """
    for petition in db.session.scalars(
        select(Petition).where(Petition.cause_id == cause_id, Petition.state == "published")
    ):
        petition.state, petition.closed_at = "closed", now
