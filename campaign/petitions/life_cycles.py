"""The life cycles of petitions and of causes, which close and reopen together with them."""

from datetime import datetime

from sqlalchemy import select

from campaign.accounts.audit import record_planned
from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.models import Petition
from campaign.petitions.readiness import PetitionNotReady, faults_of
from campaign.publishing.life_cycle import ArchivableLifeCycle, LifeCycle, NotPublishable


class CauseClosed(NotPublishable):
    """The petition's cause is closed or archived, so nothing can be signed under it."""


class PetitionLifeCycle(ArchivableLifeCycle[Petition]):
    """Draft, published (open from its opening date on), closed. Archiving closes.

    Signatures that wait for confirmation when a petition is closed can still be confirmed.
    """

    model = Petition
    subject = "petitions"
    operations = ("publish", "schedule", "unschedule", "close", "reopen", "archive", "restore")

    def require_ready(self, row: Petition, now: datetime) -> None:
        """Raise PetitionNotReady and CauseClosed."""
        _demand_open_cause(row)
        if faults := faults_of(row, now):
            raise PetitionNotReady(faults)

    def note_zone(self, row: Petition, zone: str) -> None:
        """Set the time zone of the dates, unless they have one."""
        # The zone is also that of its dates, which may have been entered before.
        row.time_zone = row.time_zone or zone

    def note_published(self, row: Petition, now: datetime) -> None:
        """Set when the first supporter could sign."""
        super().note_published(row, now)
        row.opened_at = max(now, row.opens_at or now)

    def note_closed(self, row: Petition, now: datetime) -> None:
        """Close a public petition."""
        # A signature made at a table before that instant still counts if it arrives later.
        if row.state == "published":
            row.state, row.closed_at = "closed", now

    def note_reopened(self, row: Petition, now: datetime) -> None:
        """Reopen it without a closing date that has passed. Raise CauseClosed."""
        if row.state == "draft":
            return
        _demand_open_cause(row)
        row.state, row.closed_at = "published", None
        row.archived_at = None
        if row.closes_at and row.closes_at <= now:
            row.closes_at = None

    def note_archived(self, row: Petition, now: datetime) -> None:
        """Archive the petition, and close it if it is public."""
        super().note_archived(row, now)
        self.note_closed(row, now)


class CauseLifeCycle(LifeCycle[Cause]):
    """Draft, published (perhaps closed), archived. Closing and archiving close its petitions.

    An archived cause can be published again. Its petitions stay closed then.
    """

    model = Cause
    subject = "causes"
    publishable_from = ("draft", "archived")
    operations = ("publish", "schedule", "unschedule", "close", "reopen", "archive")

    def cause_id_of(self, row: Cause) -> int:
        """Return the id of the cause itself."""
        return row.id

    def note_zone(self, row: Cause, zone: str) -> None:
        """Set the time zone of the dates."""
        row.time_zone = zone

    def note_closed(self, row: Cause, now: datetime) -> None:
        """Close a public cause and its petitions at the same instant."""
        if row.state == "published" and row.closed_at is None:
            row.closed_at = now
            _close_petitions(row.id, now)

    def note_reopened(self, row: Cause, now: datetime) -> None:
        """Reopen a cause and the petitions that were closed with it.

        A petition that was closed before the cause, or archived since, stays as it is.
        """
        if row.closed_at is None:
            return
        closed_with_it = select(Petition).where(
            Petition.cause_id == row.id,
            Petition.state == "closed",
            Petition.closed_at == row.closed_at,
            Petition.archived_at.is_(None),
        )
        for petition in db.session.scalars(closed_with_it):
            petition.state, petition.closed_at = "published", None
        row.closed_at = None

    def note_archived(self, row: Cause, now: datetime) -> None:
        """Archive the cause, and close its public petitions."""
        _close_petitions(row.id, now)
        row.state, row.closed_at = "archived", None


def _demand_open_cause(petition: Petition) -> None:
    if petition.cause.is_over:
        raise CauseClosed(f"the cause of {petition.slug}")


def _close_petitions(cause_id: int, now: datetime) -> None:
    """Close the cause's public petitions.

    A signature made at a table before `now` still counts if it arrives later.
    """
    for petition in db.session.scalars(
        select(Petition).where(Petition.cause_id == cause_id, Petition.state == "published")
    ):
        petition.state, petition.closed_at = "closed", now


petition_life_cycle = PetitionLifeCycle(record_planned=record_planned)
cause_life_cycle = CauseLifeCycle(record_planned=record_planned)
