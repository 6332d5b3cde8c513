"""Signatures long after signing: numbered already, some waiting, held or withdrawn.

Made as fast as rows can be inserted.
"""

import logging
from datetime import timedelta
from random import Random

from sqlalchemy import func, select, update

from bench.filling import application, confirmed_rows
from campaign.causes.models import CauseTally
from campaign.demo.signers import add_rows
from campaign.extensions import db, write
from campaign.i18n.countries import countries
from campaign.petitions.models import Petition, PetitionTally
from campaign.process.clock import utcnow
from campaign.signatures.models import LedgerEntry, Signature

# Of a thousand signatures, this many are not counted.
PENDING, HELD, REJECTED, WITHDRAWN = 60, 20, 10, 5
# Of a thousand, this many come from anywhere in the world, so one country of a million rows has
# almost none.
FROM_ANYWHERE = 5

log = logging.getLogger("bench")


def fill_settled(url, folder, count):
    """Make a database of `count` signatures, shared by all petitions of the demonstration."""
    with application(url, folder).app_context():
        petitions = db.session.execute(
            select(Petition.id, Petition.cause_id).order_by(Petition.id)
        ).all()
        versions = {
            item.id: item.current_version.id for item in db.session.scalars(select(Petition))
        }
        rng, numbers, done = (
            Random(7),
            dict(db.session.execute(select(CauseTally.cause_id, CauseTally.last_number)).all()),
            0,
        )
        world = [code for code, _name in countries("en")]
        for rows in confirmed_rows(count):
            settled_rows = [_settle(row, petitions, versions, numbers, world, rng) for row in rows]
            write(add_rows, settled_rows)
            done += len(rows)
            if done % 500_000 < len(rows):
                log.warning("%s signatures", f"{done:,}")
        write(_agree)
        db.engine.dispose()


def _settle(row, petitions, versions, numbers, world, rng):
    petition_id, cause_id = petitions[
        min(int(rng.random() ** 2 * len(petitions)), len(petitions) - 1)
    ]
    location = {
        "petition_id": petition_id,
        "cause_id": cause_id,
        "version_id": versions[petition_id],
    }
    if rng.random() * 1000 < FROM_ANYWHERE:
        location["country"] = world[int(rng.random() ** 3 * len(world))]
    unsettled = {
        "number": None,
        "hatched_at": None,
        "held_reason": "",
        "rejected_at": None,
        "withdrawn_at": None,
    }
    at, draw = row["confirmed_at"], rng.random() * 1000
    if draw < PENDING:
        return row | location | unsettled | {"state": "pending", "confirmed_at": None}
    if draw < PENDING + HELD + REJECTED:
        rejected = at + timedelta(hours=1) if draw >= PENDING + HELD else None
        return (
            row
            | location
            | unsettled
            | {"state": "held", "held_reason": "no_proof", "rejected_at": rejected}
        )
    if draw < PENDING + HELD + REJECTED + WITHDRAWN:
        return row | location | unsettled | {"state": "withdrawn", "withdrawn_at": at}
    numbers[cause_id] = numbers.get(cause_id, 0) + 1
    return (
        row
        | location
        | unsettled
        | {"state": "counted", "number": numbers[cause_id], "hatched_at": at}
    )


def _agree():
    """Set tallies and ledger to what was inserted."""
    now = utcnow().replace(minute=0, second=0, microsecond=0)
    of = select(Signature.petition_id, Signature.cause_id, func.count(), func.max(Signature.number))
    counted = db.session.execute(
        of.where(Signature.number.is_not(None)).group_by(Signature.petition_id, Signature.cause_id)
    ).all()
    causes = {}
    for petition_id, cause_id, count, highest in counted:
        db.session.execute(
            update(PetitionTally)
            .where(PetitionTally.petition_id == petition_id)
            .values(count=count)
        )
        ledger = select(func.coalesce(func.sum(LedgerEntry.change), 0)).where(
            LedgerEntry.petition_id == petition_id
        )
        missing = count - int(db.session.scalar(ledger))
        key = {"petition_id": petition_id, "hour": now, "reason": "hatched", "evidence": "email"}
        # The demonstration may have hatched some within this hour.
        entry = db.session.scalar(select(LedgerEntry).filter_by(**key))
        if entry is None:
            db.session.add(LedgerEntry(**key, change=missing))
        else:
            entry.change += missing
        total, last = causes.get(cause_id, (0, 0))
        causes[cause_id] = (total + count, max(last, highest))
    for cause_id, (total, last) in causes.items():
        db.session.execute(
            update(CauseTally)
            .where(CauseTally.cause_id == cause_id)
            .values(count=total, last_number=last)
        )
