"""What organizers read about a surge: its level, since when, and why."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from campaign.extensions import db
from campaign.surge.levels import SurgeLevel
from campaign.surge.queries import shared_level
from campaign.surge.state import surge_level

EFFECTS = {
    SurgeLevel.PULSE_SLOWS: _l("Open pages update their counts less often."),
    SurgeLevel.PAGES_OLDER: _l("Pages may show changes up to a minute later than usual."),
    SurgeLevel.WORK_WAITS: _l(
        "Search, new posters, exports, letters to targets and emails to many people are paused."
    ),
    SurgeLevel.EMAILS_WAIT: _l(
        "We send emails to supporters later, and the page after signing says so. We send emails about organizers’ accounts as usual."
    ),
    SurgeLevel.SIGNING_RETRIES: _l(
        "We ask some people who sign to try again after 10 to 20 seconds. We keep what they typed."
    ),
}
REASONS = {
    "processor": _l("The processor is busy."),
    "threads": _l("Requests have to wait for their turn."),
    "commits": _l("Saving signatures takes a long time."),
    "connections": _l("All connections to the database are in use."),
    "database": _l("The database takes a long time to respond."),
}


@dataclass(frozen=True)
class SurgeStatus:
    """The level now, with the effects of all levels, since when and why it is that high.

    `since` and `reason` are None and empty while no process has reported a level.
    """

    level: SurgeLevel
    since: datetime | None
    reason: LazyString | str
    effects: dict[SurgeLevel, LazyString]

    @property
    def active_effects(self) -> list[LazyString]:
        """The effects of this level and those below it."""
        return [effect for level, effect in self.effects.items() if level <= self.level]


def surge_status() -> SurgeStatus:
    """Return the status of the site."""
    shared = shared_level(db.session.connection())
    level = surge_level()
    return SurgeStatus(level, shared.since, REASONS.get(shared.reason, ""), EFFECTS)
