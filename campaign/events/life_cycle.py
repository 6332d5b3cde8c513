"""The life cycle of events. `operations.cancel` cancels one."""

from collections.abc import Sequence
from datetime import datetime

from campaign.accounts.audit import record_planned
from campaign.events.models import Event
from campaign.publishing.life_cycle import ArchivableLifeCycle, NotPublishable


class EventNotReady(NotPublishable):
    """The event lacks something required for publishing. `faults` come from `faults_of`."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


class EventOver(NotPublishable):
    """The event is cancelled and cannot be published again."""


class EventLifeCycle(ArchivableLifeCycle[Event]):
    """Draft, published (perhaps with closed registration), cancelled.

    People who have a seat keep it when registration is closed.
    """

    model = Event
    subject = "events"
    publishable_from = ("draft", "cancelled")
    operations = ("publish", "schedule", "unschedule", "close", "reopen", "archive", "restore")

    def require_ready(self, row: Event, now: datetime) -> None:
        """Raise EventNotReady, and EventOver for a cancelled event."""
        if row.state == "cancelled":
            raise EventOver(row.slug)
        if faults := faults_of(row):
            raise EventNotReady(faults)

    def note_closed(self, row: Event, now: datetime) -> None:
        row.registration_closed = True

    def note_reopened(self, row: Event, now: datetime) -> None:
        row.registration_closed = False


def faults_of(event: Event) -> tuple[str, ...]:
    """Return the codes of what keeps a draft from being published."""
    has_place = event.town or event.online_url or any(text.place for text in event.texts)
    return () if has_place else ("place",)


event_life_cycle = EventLifeCycle(record_planned=record_planned)
