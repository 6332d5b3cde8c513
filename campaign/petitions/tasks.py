"""What happens to petitions with time: they go out, open and close by the clock, which is noted in the audit trail."""

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from campaign.accounts.audit import is_untold, record_planned
from campaign.extensions import db
from campaign.petitions.models import Petition
from campaign.petitions.operations import (
    CauseClosed,
    NotReady,
    petition_to_change,
    publish_petition,
)

# Whatever came about before that is no news to the audit trail any more.
LATELY = timedelta(days=7)
PLANNED = ("petitions.publish", "petitions.edit:dates")


class Turn(NamedTuple):
    """A time of a petition, by the name of its column, the action that tells of it, and those that tell of it too."""

    column: str
    action: str
    told: tuple


TURNS = (
    Turn(
        "opened_at", "petitions.open", ("petitions.open", "petitions.publish", "petitions.reopen")
    ),
    Turn("closes_at", "petitions.close", ("petitions.close",)),
)


def publish_due_petitions(*, now):
    """Publish the drafts whose instant has come, and note it in the audit trail; return how many.

    One that is not ready any more stays a draft, and goes out as soon as it is.
    """
    due = select(Petition.id).where(Petition.state == "draft", Petition.publish_at <= now)
    return sum(_publish(petition_id, now) for petition_id in db.session.scalars(due).all())


def _publish(petition_id, now):
    petition = petition_to_change(petition_id)
    if petition.state != "draft" or petition.publish_at is None or petition.publish_at > now:
        return 0
    with suppress(NotReady, CauseClosed):
        publish_petition(petition_id=petition_id, now=now)
        about = {"subject": ("petition", petition_id), "cause_id": petition.cause_id}
        record_planned("petitions.publish", **about, planned=("petitions.schedule",), now=now)
        return 1
    return 0


def note_turns(*, now):
    """Note in the audit trail which petitions were opened or closed at the hour that was set for it; return how many."""
    return sum(
        _note(petition_id, turn, now) for turn in TURNS for petition_id in _untold(turn, now)
    )


def _untold(turn, now):
    column = getattr(Petition, turn.column)
    lately = select(Petition.id, column).where(
        Petition.state == "published", column <= now, column > now - LATELY
    )
    return [
        petition_id
        for petition_id, at in db.session.execute(lately).all()
        if _is_untold(petition_id, turn, at)
    ]


def _note(petition_id, turn, now):
    # Another worker may have noted it, or an editor have moved it, before its row was ours.
    petition = petition_to_change(petition_id)
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


def _is_untold(petition_id, turn, at):
    return is_untold(("petition", petition_id), at, told=turn.told, planned=PLANNED)
