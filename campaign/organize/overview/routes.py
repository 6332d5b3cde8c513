"""The first page of the workspace: date, tasks, recent activity, and causes with their counts."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import get_timezone_location
from flask import Blueprint, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from campaign.causes.models import Cause
from campaign.causes.queries import cause_count, causes_among
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import WEEKDAY_AND_DAY
from campaign.i18n.long_dates import long_date
from campaign.organize.access import any_organizer
from campaign.organize.identity import causes_where, may
from campaign.organize.navigation_counts import rail_numbers
from campaign.organize.overview.activity import happenings
from campaign.organize.overview.cause_counts import Glance, glance, start_of_yesterday
from campaign.organize.overview.tasks import tasks_for_today
from campaign.organize.statistics.charts import Chart, chart
from campaign.organize.statistics.figures import RANGES, spans, zone
from campaign.organize.statistics.routes import span_words
from campaign.petitions.presenters import PetitionCard, card
from campaign.petitions.queries import petition_counts, petitions_of_cause
from campaign.process.clock import utcnow

blueprint = Blueprint("overview", __name__)
# With more causes than this, the overview shows only figures. Charts are on each cause's page.
MAX_CHARTS = 3
# Further petitions are only in the list of petitions.
MAX_PETITIONS = 6
TURNS = {"open": 0, "not_yet": 1, "closed": 3}


@dataclass(frozen=True)
class CauseInSight:
    """A cause as the overview shows it.

    `petitions` are pairs of a state and a card, open ones first and closed ones last; `further`
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
        hour=clock_time(now, get_locale(), zone()),
        city=get_timezone_location(zone(), locale=get_locale(), return_city=True),
        causes=[_in_sight(cause, chosen, len(causes) <= MAX_CHARTS, now) for cause in causes],
        tasks=tasks_for_today(),
        happened=happenings(start_of_yesterday()),
        when=lambda at: _when(at, now),
        chosen_range=chosen,
        ranges=RANGES,
        span_words=span_words,
    )


@blueprint.get("/rail.json")
@any_organizer
def rail() -> ResponseReturnValue:
    """Return the numbers of the sidebar, for pages that stay open: {place: [figure, text]}."""
    return jsonify(rail_numbers())


def _in_sight(
    cause: Cause, chosen_range: str | None, has_chart: bool, now: datetime
) -> CauseInSight:
    petitions = petitions_of_cause(cause.id)
    counts = petition_counts(petition.id for petition in petitions)
    listed = [petition for petition in petitions if petition.archived_at is None]
    rows = sorted(
        ((each.state, card(each, g.lang, counts.get(each.id, 0), now)) for each in listed),
        key=_turn,
    )
    seen = glance([petition.id for petition in petitions]) if may("numbers.see", cause) else None
    drawn = (
        spans(seen.hours, chosen_range)
        if seen and has_chart and seen.hours is not None and not seen.is_empty
        else None
    )
    return CauseInSight(
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
    return 2 if state == "draft" else TURNS[petition.state]


def _when(at: datetime, now: datetime) -> str:
    """Return the time of day of something that happened today or yesterday."""
    there = at.astimezone(zone())
    hour = clock_time(there, get_locale())
    return (
        hour
        if there.date() == now.astimezone(zone()).date()
        else _("yesterday, %(hour)s", hour=hour)
    )


def _today(now: datetime) -> str:
    """Return today's date with its weekday, capitalised as a heading: Tuesday 23 September."""
    day = now.astimezone(zone()).date()
    words = long_date(day, get_locale(), WEEKDAY_AND_DAY[g.lang])
    return words[:1].upper() + words[1:]
