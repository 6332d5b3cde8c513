"""The counts that pages show: what has hatched."""

from sqlalchemy import select

from campaign.causes.models import Cause, CauseTally
from campaign.extensions import db
from campaign.petitions.models import Petition, PetitionTally


def counts_of_cause(slug):
    """Return (count, {petition slug: count}) of the published cause at `slug`, or None."""
    row = db.session.execute(
        select(Cause.id, CauseTally.count)
        .join(CauseTally, CauseTally.cause_id == Cause.id)
        .where(Cause.slug == slug, Cause.state == "published")
    ).first()
    if row is None:
        return None
    petitions = db.session.execute(
        select(Petition.slug, PetitionTally.count)
        .join(PetitionTally, PetitionTally.petition_id == Petition.id)
        .where(Petition.cause_id == row.id, Petition.state != "draft")
        .order_by(Petition.position, Petition.id)
    )
    return row.count, dict(petitions.all())
