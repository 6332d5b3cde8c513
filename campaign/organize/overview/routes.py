"""The first page of the workspace: date, tasks, recent activity, and causes with their counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Blueprint, Flask, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.causes.models import Cause
from campaign.causes.queries import cause_count, causes_among
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale, weekday_and_day
from campaign.i18n.long_dates import long_date
from campaign.i18n.time_zones import city_name
from campaign.organize.core.access import any_organizer
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.navigation import sidebar_counts
from campaign.organize.core.surge import surge_status
from campaign.organize.overview.activity import recent_activity
from campaign.organize.overview.tasks import tasks_for_today
from campaign.organize.statistics.figures import (
    RANGES,
    Chart,
    add_cache,
    by_day,
    chart,
    span_label,
    spans,
    zone,
)
from campaign.petitions.presenters import PetitionCard, card
from campaign.petitions.queries import petition_counts, petitions_of_cause
from campaign.process.clock import utcnow
from campaign.signatures.counting.aggregates import are_ready
from campaign.signatures.counting.statistics import Hour, States, counted_by_hour, hours, states
from campaign.text.sentences import with_capital

DAYS_OF_WEEK = 7
# The counts next to the chart are live. The chart reads every signature, so it is cached.
CACHE_SECONDS = 60


@dataclass(frozen=True)
class Glance:
    """The States of some petitions, and one Hour for each hour with signatures, as of now."""

    counts: States
    hours: tuple[Any, ...] | None

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
    add_cache(app, "recent_hours", CACHE_SECONDS)


def glance(petition_ids: Collection[int]) -> Glance:
    """Return the Glance of these petitions.

    Its hours are at most CACHE_SECONDS old, and None while many signatures are still to be added
    up.
    """
    return Glance(states(petition_ids), _recent_hours(petition_ids) if are_ready() else None)


def _recent_hours(petition_ids: Collection[int]) -> tuple[Hour, ...]:
    key = tuple(petition_ids)
    cache = current_app.extensions["recent_hours"]
    return cast(tuple[Hour, ...], cache.get(key, lambda: tuple(hours(counted_by_hour(key)))))


def start_of_yesterday() -> datetime:
    """Return the first instant of yesterday in the site's time zone."""
    local = utcnow().astimezone(zone())
    return (local - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


blueprint = Blueprint("overview", __name__)
# With more causes than this, the overview shows only figures. Charts are on each cause's page.
MAX_CHARTS = 3
# Further petitions are only in the list of petitions.
MAX_PETITIONS = 6
STATE_ORDER = {"open": 0, "not_yet": 1, "closed": 3}


@dataclass(frozen=True)
class CauseOverview:
    """A cause as the overview shows it.

    `petitions` are pairs of a state and a card, open ones first and closed ones last. `further`
    counts those not shown. `glance` and the charts are None for people who may not see numbers.
    """

    cause: Cause
    title: str
    count: int
    petitions: tuple[tuple[str, PetitionCard], ...]
    further: int
    glance: Glance | None
    wide: Chart | None
    narrow: Chart | None


@blueprint.get("/")
@any_organizer
def index() -> ResponseReturnValue:
    now = utcnow()
    causes = [
        cause for cause in causes_among(causes_where("overview.see")) if cause.state != "archived"
    ]
    chosen = request.args.get("range") if request.args.get("range") in RANGES else "month"
    return render_template(
        "organize/overview/index.html",
        today=_today(now),
        hour=clock_time(now, current_locale(), zone()),
        city=city_name(zone().key, current_locale()),
        causes=[_in_sight(cause, chosen, len(causes) <= MAX_CHARTS, now) for cause in causes],
        tasks=tasks_for_today(),
        happened=recent_activity(start_of_yesterday()),
        when=lambda at: _when(at, now),
        chosen_range=chosen,
        ranges=RANGES,
        span_label=span_label,
        surge=surge_status(),
    )


@blueprint.get("/rail.json")
@any_organizer
def sidebar() -> ResponseReturnValue:
    """Return the numbers of the sidebar, for pages that stay open: {entry: [figure, text]}."""
    return jsonify(sidebar_counts())


def _in_sight(
    cause: Cause, chosen_range: str | None, has_chart: bool, now: datetime
) -> CauseOverview:
    petitions = petitions_of_cause(cause.id)
    counts = petition_counts(petition.id for petition in petitions)
    listed = [petition for petition in petitions if petition.archived_at is None]
    rows = sorted(
        ((entry.state, card(entry, g.lang, counts.get(entry.id, 0), now)) for entry in listed),
        key=_turn,
    )
    seen = glance([petition.id for petition in petitions]) if may("numbers.see", cause) else None
    drawn = (
        spans(seen.hours, chosen_range)
        if seen and has_chart and seen.hours is not None and not seen.is_empty
        else None
    )
    return CauseOverview(
        cause=cause,
        title=cause.text(g.lang).title,
        count=cause_count(cause.id),
        petitions=tuple(rows[:MAX_PETITIONS]),
        further=len(rows[MAX_PETITIONS:]),
        glance=seen,
        wide=chart(drawn, height=300) if drawn else None,
        narrow=chart(drawn, width=358, height=230, labels=4) if drawn else None,
    )


def _turn(row: tuple[str, PetitionCard]) -> int:
    state, petition = row
    return 2 if state == "draft" else STATE_ORDER[petition.state]


def _when(at: datetime, now: datetime) -> str:
    """Return the time of day of something that happened today or yesterday."""
    local = at.astimezone(zone())
    hour = clock_time(local, current_locale())
    return (
        hour
        if local.date() == now.astimezone(zone()).date()
        else _("yesterday, %(hour)s", hour=hour)
    )


def _today(now: datetime) -> str:
    """Return today's date with its weekday, capitalised as a heading: Tuesday 23 September."""
    day = now.astimezone(zone()).date()
    text = long_date(day, current_locale(), weekday_and_day(g.lang))
    return with_capital(text)
