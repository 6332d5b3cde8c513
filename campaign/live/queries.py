"""The counts that pages show: what has hatched, and how it came to be."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from campaign.causes.models import Cause, CauseTally
from campaign.extensions import db
from campaign.lib.small_cells import LEAST
from campaign.petitions.models import Petition, PetitionTally
from campaign.signatures.queries import ledger_by_hour


MIXED = "mixed"


class Change(NamedTuple):
    """How much the count of a petition moved in one hour, or one day, for one reason."""

    hour: datetime
    reason: str
    evidence: str
    change: int


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
    """Return the ledger of the public petition at `slug` as (time, reason, evidence, change), or None.

    Kinds of evidence of which there were fewer than LEAST in an hour are told together as MIXED, so that nobody can be told
    apart by how they signed. A quiet petition tells days, and nothing of the evidence.
    """
    petition = db.session.execute(
        select(Petition.id, Petition.is_quiet)
        .join(Cause, Cause.id == Petition.cause_id)
        .where(Petition.slug == slug, Petition.state != "draft", Cause.state != "draft")
    ).first()
    if petition is None:
        return None
    entries = ledger_by_hour(petition.id)
    changes = Counter()
    for entry in entries:
        time = entry.hour.replace(hour=0) if petition.is_quiet else entry.hour
        is_told = abs(entry.change) >= LEAST and not petition.is_quiet
        changes[time, entry.reason, entry.evidence if is_told else MIXED] += entry.change
    return [Change(*key, change) for key, change in sorted(changes.items())]
