"""Public counts: hatched signatures, and the ledger of their changes."""

from sqlalchemy import select

from campaign.causes.models import Cause, CauseTally
from campaign.extensions import db
from campaign.live.ledger import Line, public_lines
from campaign.petitions.models import Petition, PetitionTally
from campaign.signatures.queries import ledger_by_hour


def counts_of_cause(slug: str) -> tuple[int, int, dict[str, int]] | None:
    """Return the count, how often a number was freed, and {petition slug: count} of a public cause.

    Return None if there is no such cause.
    """
    row = db.session.execute(
        select(Cause.id, CauseTally.count, CauseTally.freed)
        .join(CauseTally, CauseTally.cause_id == Cause.id)
        .where(Cause.slug == slug, Cause.state != "draft")
    ).first()
    if row is None:
        return None
    cause_id, count, freed = row
    petitions = db.session.execute(
        select(Petition.slug, PetitionTally.count)
        .join(PetitionTally, PetitionTally.petition_id == Petition.id)
        .where(Petition.cause_id == cause_id, Petition.state != "draft")
        .order_by(Petition.position, Petition.id)
    )
    return count, freed, dict(petitions.all())


def ledger_of_petition(slug: str) -> list[Line] | None:
    """Return the Lines of a public petition's ledger, or None if there is no such petition."""
    petition = db.session.execute(
        select(Petition.id, Petition.is_quiet)
        .join(Cause, Cause.id == Petition.cause_id)
        .where(Petition.slug == slug, Petition.state != "draft", Cause.state != "draft")
    ).first()
    if petition is None:
        return None
    return public_lines(ledger_by_hour(petition.id), is_quiet=petition.is_quiet)
