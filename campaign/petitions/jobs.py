"""The periodic work on petitions and causes.

It publishes scheduled ones, logs when they open and close, keeps the notices that they show, and
marks thresholds that are reached.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from campaign.accounts.audit import is_unrecorded, record_planned
from campaign.causes.models import Cause
from campaign.extensions import db, load_for_update
from campaign.jobs.registry import BackgroundWork
from campaign.notices.composition import compose_notice, digest_of
from campaign.notices.operations import record_notice
from campaign.notices.queries import find_notice_id
from campaign.petitions.kinds import kind_of
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.petitions.models import Petition
from campaign.petitions.thresholds import mark_reached
from campaign.site.settings import site_settings

# We do not add openings and closings older than this to the activity log.
MAX_AGE = timedelta(days=7)
PLANNED = ("petitions.publish", "petitions.edit:dates")

work = BackgroundWork()
work.upkeep(cause_life_cycle.publish_due)
work.upkeep(petition_life_cycle.publish_due)
work.upkeep(mark_reached)


class Transition(NamedTuple):
    """A date of a petition that the activity log must mention.

    `column` holds the date and `action` records it. An entry of any action in `recorded_by` means
    that it is recorded already.
    """

    column: str
    action: str
    recorded_by: tuple[str, ...]


TRANSITIONS = (
    Transition(
        "opened_at", "petitions.open", ("petitions.open", "petitions.publish", "petitions.reopen")
    ),
    Transition("closes_at", "petitions.close", ("petitions.close",)),
)


@work.upkeep
def record_transitions(*, now: datetime) -> int:
    """Record scheduled openings and closings in the activity log. Return how many."""
    return sum(
        _record(petition_id, transition, now)
        for transition in TRANSITIONS
        for petition_id in _unrecorded(transition, now)
    )


@work.upkeep
def record_shown_notices(*, now: datetime) -> int:
    """Record the privacy notices that petitions show now. Return how many are new.

    A tablet or a browser may send one of them much later, when the text has changed.
    """
    shown = {
        (kind_of(petition.action_kind).notice, cause.organisation_id, petition.retention_days)
        for petition, cause in db.session.execute(
            select(Petition, Cause)
            .join(Cause, Cause.id == Petition.cause_id)
            .where(Petition.state == "published", Petition.archived_at.is_(None))
        )
        if petition.phase(now) != "closed"
    }
    new = 0
    for subject, organisation_id, days in shown:
        for lang in site_settings().languages:
            notice = compose_notice(subject, organisation_id=organisation_id, lang=lang, days=days)
            if find_notice_id(organisation_id, digest_of(notice.text)) is None:
                record_notice(organisation_id=organisation_id, lang=lang, text=notice.text)
                new += 1
    return new


def _unrecorded(transition: Transition, now: datetime) -> list[int]:
    column = getattr(Petition, transition.column)
    recent = select(Petition.id, column).where(
        Petition.state == "published", column <= now, column > now - MAX_AGE
    )
    return [
        petition_id
        for petition_id, at in db.session.execute(recent).all()
        if _is_unrecorded(petition_id, transition, at)
    ]


def _record(petition_id: int, transition: Transition, now: datetime) -> int:
    # Before we locked the row, another worker may have recorded it, or an editor changed the date.
    petition = load_for_update(Petition, petition_id)
    at = getattr(petition, transition.column)
    if (
        petition.state != "published"
        or at is None
        or at > now
        or not _is_unrecorded(petition_id, transition, at)
    ):
        return 0
    about: dict[str, Any] = {"subject": ("petition", petition_id), "cause_id": petition.cause_id}
    record_planned(transition.action, **about, planned=PLANNED, now=now)
    return 1


def _is_unrecorded(petition_id: int, transition: Transition, at: datetime) -> bool:
    return is_unrecorded(
        ("petition", petition_id), at, recorded_by=transition.recorded_by, planned_by=PLANNED
    )
