"""The tables behind the figures, as CSV for a spreadsheet."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from flask import Response, current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from campaign.i18n.countries import country_name
from campaign.i18n.locales import current_locale, language_name
from campaign.mail.renderers import names_of
from campaign.organize.signatures.labels import EVIDENCE_LABELS, STATE_LABELS
from campaign.organize.statistics.figures import (
    by_day,
    day_of,
    goal_forecast,
    recent_figures,
    share_since,
)
from campaign.petitions.goals import current_goal
from campaign.petitions.queries import petitions_with_ids
from campaign.signatures.counting.statistics import Forecast, ledger_of, states
from campaign.text.csv_writing import csv_file

# The state that a signature has after a change to the tally, where the reason is another word.
STATES_AFTER = {"hatched": "counted"}


class StatisticsTable(NamedTuple):
    """A table's label, and the function that yields its header and rows for some petitions."""

    label: Any
    rows: Any


def _states(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    counts = states(petition_ids)
    yield _("Status"), _("Signatures")
    for name in ("counted", "pending", "held", "rejected", "withdrawn"):
        yield str(STATE_LABELS[name]), getattr(counts, name)


def _days(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield _("Day"), _("confirmed"), _("waiting for confirmation")
    for day in by_day(recent_figures(petition_ids).hours):
        yield day.start.isoformat(), day.sure, day.waiting


def _hours(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield _("Hour"), _("confirmed"), _("waiting for confirmation")
    for item in recent_figures(petition_ids).hours:
        yield item.hour.isoformat(), item.sure, item.waiting


def _ledger(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield _("Hour"), _("Reason"), _("Type of proof"), _("Difference")
    for row in ledger_of(petition_ids):
        reason = STATE_LABELS[STATES_AFTER.get(row.reason, row.reason)]
        yield row.hour.isoformat(), str(reason), _evidence(row.evidence), row.change


def _countries(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    cells = recent_figures(petition_ids).countries
    yield _("Country"), _("Signatures")
    for country, count in cells.shown:
        yield _country(country), count
    if cells.others:
        yield _others(cells.kinds), cells.others


def _regions(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    cells = recent_figures(petition_ids).regions
    yield _("Country"), _("Region"), _("Signatures")
    for (country, region), count in cells.shown:
        yield _country(country), region, count
    if cells.others:
        yield "", _others(cells.kinds), cells.others


def _sources(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    figures = recent_figures(petition_ids)
    yield _("Code"), _("Signatures")
    for source, count in figures.sources.shown:
        yield source or _("link without a code"), count
    if figures.sources.others:
        yield _others(figures.sources.kinds), figures.sources.others


def _kind(
    name: str, heading: Any, label: Callable[[str], str]
) -> Callable[[list[int]], Iterator[tuple[Any, ...]]]:
    def rows(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
        yield str(heading), _("Signatures")
        for value, count in recent_figures(petition_ids).by_kind[name].most_common():
            yield label(value), count

    return rows


def _evidence(name: str) -> str:
    return str(EVIDENCE_LABELS.get(name, name))


def _country(code: str) -> str:
    return country_name(code, str(current_locale())) if code else ""


def _others(kinds: int) -> str:
    return ngettext("%(num)s other", "%(num)s others", kinds)


def _mail(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield _("Email"), _("To try again"), _("Could not be sent"), _("Address does not work")
    names = names_of(current_app)
    for item in recent_figures(petition_ids).mail:
        yield str(names.get(item.kind, item.kind)), item.retried, item.failed, item.refused


def _confirming(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    figures = recent_figures(petition_ids)
    yield _("First day"), _("Last day"), _("Asked by email"), _("confirmed")
    yield (
        day_of(share_since(figures.at)),
        day_of(figures.at),
        figures.signed_by_email,
        figures.confirmed,
    )


def _forecast(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield (
        _("Petition"),
        _("Signatures"),
        _("Goal"),
        _("Per day"),
        _("Earliest date"),
        _("Latest date"),
    )
    for petition in petitions_with_ids(petition_ids):
        counted = states([petition.id]).counted
        if petition.goal and petition.state != "closed":
            forecast = goal_forecast(
                recent_figures([petition.id]).hours, count=counted, goal=petition.goal
            )
            yield (
                petition.slug,
                counted,
                *_forecast_columns(forecast, current_goal(counted, petition.goal)),
            )


def _forecast_columns(forecast: Forecast | None, goal: int) -> tuple[Any, ...]:
    """Return goal, pace and days of a Forecast, or only the goal if it is too early for one."""
    if forecast is None:
        return goal, "", "", ""
    return (
        forecast.goal,
        round(forecast.per_day, 2),
        forecast.earliest.isoformat(),
        forecast.latest.isoformat() if forecast.latest else "",
    )


TABLES = {
    "states": StatisticsTable(_l("By status"), _states),
    "days": StatisticsTable(_l("By day"), _days),
    "hours": StatisticsTable(_l("By hour"), _hours),
    "evidence": StatisticsTable(
        _l("By type of proof"), _kind("evidence", _l("Type of proof"), _evidence)
    ),
    "countries": StatisticsTable(_l("By country"), _countries),
    "regions": StatisticsTable(_l("By region"), _regions),
    "sources": StatisticsTable(_l("By link"), _sources),
    "languages": StatisticsTable(_l("By language"), _kind("lang", _l("Language"), language_name)),
    "confirming": StatisticsTable(_l("Confirmations"), _confirming),
    "forecast": StatisticsTable(_l("Goal"), _forecast),
    "mail": StatisticsTable(_l("Undelivered emails"), _mail),
    "ledger": StatisticsTable(_l("Count history"), _ledger),
}


def as_csv(filename: str, rows: Iterable[Iterable[Any]]) -> Response:
    """Return a CSV download of these rows. Formulas in cells are neutralised."""
    response = Response(csv_file(rows, for_excel=True), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
