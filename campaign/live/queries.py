"""The counts that pages show: what has hatched, and how it came to be."""

from sqlalchemy import select

from campaign.causes.models import Cause, CauseTally
from campaign.extensions import db
from campaign.petitions.models import Petition, PetitionTally
from campaign.signatures.queries import ledger_by_hour


def counts_of_cause(slug):
    """Return (count, how often a number was freed, {petition slug: count}) of the published cause at `slug`, or None."""
    row = db.session.execute(
        select(Cause.id, CauseTally.count, CauseTally.freed)
        .join(CauseTally, CauseTally.cause_id == Cause.id)
        .where(Cause.slug == slug, Cause.state != "draft")
    ).first()
    if row is None:
        return None
    petitions = db.session.execute(
        select(Petition.slug, PetitionTally.count)
        .join(PetitionTally, PetitionTally.petition_id == Petition.id)
        .where(Petition.cause_id == row.id, Petition.state != "draft")
        .order_by(Petition.position, Petition.id)
    )
    return row.count, row.freed, dict(petitions.all())


def ledger_of_petition(slug):
    """Return the ledger of the public petition at `slug`, as `ledger_by_hour` does, or None."""
    petition_id = db.session.scalar(
        select(Petition.id)
        .join(Cause, Cause.id == Petition.cause_id)
        .where(Petition.slug == slug, Petition.state != "draft", Cause.state != "draft")
    )
    return None if petition_id is None else ledger_by_hour(petition_id)
