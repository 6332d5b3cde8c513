"""A cause at a glance: its counts, and how many signed when."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app

from campaign.organize.statistics.figures import by_day, remember, zone
from campaign.process.clock import utcnow
from campaign.signatures.aggregates import are_ready
from campaign.signatures.statistics import States, hours, states

DAYS_OF_WEEK = 7
# The counts beside the chart are of the moment; what the chart is drawn of looks at every signature.
SECONDS = 60


@dataclass(frozen=True)
class Glance:
    """The States of some petitions, and an Hour for each in which anybody signed, as they stand today."""

    counts: States
    hours: tuple | None

    @property
    def today(self):
        return None if self.hours is None else by_day(self.hours)[-1].total

    @property
    def week(self):
        """How many signed today and on the six days before, and are confirmed."""
        return sum(day.sure for day in by_day(self.hours or ())[-DAYS_OF_WEEK:])

    @property
    def is_empty(self):
        return not (self.counts.counted or self.counts.pending or self.counts.held)


def init_app(app):
    remember(app, "recent_hours", lambda petition_ids: tuple(hours(petition_ids)), SECONDS)


def glance(petition_ids):
    """Return the Glance of these petitions; its hours are at most SECONDS old, and missing while many are still to be added up."""
    return Glance(
        states(petition_ids),
        current_app.extensions["recent_hours"].get(petition_ids) if are_ready() else None,
    )


def start_of_yesterday():
    """Return the first instant of yesterday in the campaign's zone."""
    here = utcnow().astimezone(zone())
    return (here - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
