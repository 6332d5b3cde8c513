"""The end of a cause, and of its petitions with it."""

from sqlalchemy import select

from campaign.causes.operations import cause_to_change
from campaign.extensions import db
from campaign.petitions.models import Petition


def close_cause(*, cause_id, now):
    """Close a public cause and its petitions, at one instant; all pages stay where they are."""
    cause = cause_to_change(cause_id)
    if cause.state == "published" and cause.closed_at is None:
        cause.closed_at = now
        _close_petitions(cause_id, now)
        db.session.flush()
    return cause


def reopen_cause(*, cause_id):
    """Open a cause again, and those petitions that were closed with it; one that was closed before, or put away since, stays so."""
    cause = cause_to_change(cause_id)
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


def retire_cause(*, cause_id, now):
    """Archive a cause and close its petitions; their pages stay, and take no more signatures."""
    cause = cause_to_change(cause_id)
    _close_petitions(cause_id, now)
    cause.state, cause.closed_at = "archived", None
    db.session.flush()
    return cause


def _close_petitions(cause_id, now):
    """What was signed at a table before that instant, and comes in later, still counts."""
    for petition in db.session.scalars(
        select(Petition).where(Petition.cause_id == cause_id, Petition.state == "published")
    ):
        petition.state, petition.closed_at = "closed", now
