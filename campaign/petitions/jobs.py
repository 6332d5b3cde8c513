"""Publish scheduled causes and petitions, and log when petitions open and close."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from campaign.accounts.audit import is_unrecorded, record_planned
from campaign.extensions import db, load_for_update
from campaign.jobs.registry import BackgroundWork
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.petitions.models import Petition

# We do not add openings and closings older than this to the activity log.
LATELY = timedelta(days=7)
PLANNED = ("petitions.publish", "petitions.edit:dates")

work = BackgroundWork()
work.upkeep(cause_life_cycle.publish_due)
work.upkeep(petition_life_cycle.publish_due)


class Turn(NamedTuple):
    """A date of a petition that the activity log must mention.

    `column` holds the date and `action` records it. An entry of any action in `told` means that it
    is recorded already.
    """

    column: str
    action: str
    told: tuple[str, ...]


TURNS = (
    Turn(
        "opened_at", "petitions.open", ("petitions.open", "petitions.publish", "petitions.reopen")
    ),
    Turn("closes_at", "petitions.close", ("petitions.close",)),
)


@work.upkeep
def note_turns(*, now: datetime) -> int:
    """Record scheduled openings and closings in the activity log. Return how many."""
    return sum(
        _note(petition_id, turn, now) for turn in TURNS for petition_id in _untold(turn, now)
    )


def _untold(turn: Turn, now: datetime) -> list[int]:
    column = getattr(Petition, turn.column)
    lately = select(Petition.id, column).where(
        Petition.state == "published", column <= now, column > now - LATELY
    )
    return [
        petition_id
        for petition_id, at in db.session.execute(lately).all()
        if _is_untold(petition_id, turn, at)
    ]


def _note(petition_id: int, turn: Turn, now: datetime) -> int:
    # Before we locked the row, another worker may have recorded it, or an editor changed the date.
    petition = load_for_update(Petition, petition_id)
    at = getattr(petition, turn.column)
    if (
        petition.state != "published"
        or at is None
        or at > now
        or not _is_untold(petition_id, turn, at)
    ):
        return 0
    about = {"subject": ("petition", petition_id), "cause_id": petition.cause_id}
    record_planned(turn.action, **about, planned=PLANNED, now=now)
    return 1


def _is_untold(petition_id: int, turn: Turn, at: datetime) -> bool:
    return is_unrecorded(("petition", petition_id), at, recorded_by=turn.told, planned_by=PLANNED)
