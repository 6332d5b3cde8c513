"""Figures of a cause at a glance: its counts, and how many people signed when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app

from campaign.organize.statistics.figures import add_cache, by_day, zone
from campaign.process.clock import utcnow
from campaign.signatures.aggregates import are_ready
from campaign.signatures.statistics import Hour, States, hours, states

DAYS_OF_WEEK = 7
# The counts next to the chart are live. The chart reads every signature, so it is cached.
SECONDS = 60


@dataclass(frozen=True)
class Glance:
    """The States of some petitions, and one Hour for each hour with signatures, as of now."""

    counts: States
    hours: tuple | None

    @property
    def today(self) -> int | None:
        return None if self.hours is None else by_day(self.hours)[-1].total

    @property
    def week(self) -> int:
        """The number of confirmed signatures made today and on the six days before."""
        return sum(day.sure for day in by_day(self.hours or ())[-DAYS_OF_WEEK:])

    @property
    def is_empty(self) -> bool:
        return not (self.counts.counted or self.counts.pending or self.counts.held)


def init_app(app: Flask) -> None:
    add_cache(app, "recent_hours", SECONDS)


def glance(petition_ids: Collection[int]) -> Glance:
    """Return the Glance of these petitions.

    Its hours are at most SECONDS old, and None while many signatures are still to be added up.
    """
    return Glance(states(petition_ids), _recent_hours(petition_ids) if are_ready() else None)


def _recent_hours(petition_ids: Collection[int]) -> tuple[Hour, ...]:
    key = tuple(petition_ids)
    return current_app.extensions["recent_hours"].get(key, lambda: tuple(hours(key)))


def start_of_yesterday() -> datetime:
    """Return the first instant of yesterday in the site's time zone."""
    here = utcnow().astimezone(zone())
    return (here - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
