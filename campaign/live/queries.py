"""Public counts: hatched signatures, and the ledger of their changes."""

from dataclasses import dataclass

from sqlalchemy import select

from campaign.causes.models import Cause, CauseTally
from campaign.extensions import db
from campaign.live.ledger import Line, public_lines
from campaign.petitions.kinds import PETITION
from campaign.petitions.models import Petition, PetitionTally
from campaign.signatures.queries import ledger_by_hour


@dataclass(frozen=True, slots=True)
class CauseCounts:
    """The counts of a cause. `freed` is how often a number was freed.

    `petitions` and `actions`, of the other kinds, map slugs to counts.
    """

    count: int
    freed: int
    petitions: dict[str, int]
    actions: dict[str, int]


def counts_of_cause(slug: str) -> CauseCounts | None:
    """Return the counts of a public cause, or None if there is no such cause."""
    row = db.session.execute(
        select(Cause.id, CauseTally.count, CauseTally.freed)
        .join(CauseTally, CauseTally.cause_id == Cause.id)
        .where(Cause.slug == slug, Cause.state != "draft")
    ).first()
    if row is None:
        return None
    cause_id, count, freed = row
    rows = db.session.execute(
        select(Petition.slug, PetitionTally.count, Petition.action_kind == PETITION)
        .join(PetitionTally, PetitionTally.petition_id == Petition.id)
        .where(Petition.cause_id == cause_id, Petition.state != "draft")
        .order_by(Petition.position, Petition.id)
    ).all()
    return CauseCounts(
        count,
        freed,
        petitions={name: number for name, number, is_petition in rows if is_petition},
        actions={name: number for name, number, is_petition in rows if not is_petition},
    )


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
