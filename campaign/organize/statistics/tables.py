"""The tables behind the figures, as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from flask import Response
from flask_babel import lazy_gettext as _l

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
from campaign.text.formulas import neutralise


class Table(NamedTuple):
    """A table's label, and the function that yields its header and rows for some petitions."""

    label: Any
    rows: Any


def _states(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    counts = states(petition_ids)
    yield "state", "signatures"
    for name in ("counted", "pending", "held", "rejected", "withdrawn"):
        yield name, getattr(counts, name)


def _days(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield "day", "confirmed", "waiting"
    for day in by_day(recent_figures(petition_ids).hours):
        yield day.start.isoformat(), day.sure, day.waiting


def _hours(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield "hour", "confirmed", "waiting"
    for item in recent_figures(petition_ids).hours:
        yield item.hour.isoformat(), item.sure, item.waiting


def _ledger(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield "hour", "reason", "evidence", "change"
    for row in ledger_of(petition_ids):
        yield row.hour.isoformat(), row.reason, row.evidence, row.change


def _countries(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    cells = recent_figures(petition_ids).countries
    yield "country", "signatures"
    yield from cells.shown
    if cells.others:
        yield f"{cells.kinds} others", cells.others


def _regions(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    cells = recent_figures(petition_ids).regions
    yield "country", "region", "signatures"
    for (country, region), count in cells.shown:
        yield country, region, count
    if cells.others:
        yield "", f"{cells.kinds} others", cells.others


def _sources(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    figures = recent_figures(petition_ids)
    yield "source", "signatures"
    yield from figures.sources.shown
    if figures.sources.others:
        yield f"{figures.sources.kinds} others", figures.sources.others


def _kind(name: str) -> Callable[[list[int]], Iterator[tuple[Any, ...]]]:
    def rows(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
        yield name, "signatures"
        yield from recent_figures(petition_ids).by_kind[name].most_common()

    return rows


def _mail(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield "letter", "tried again", "given up", "address takes no mail"
    for item in recent_figures(petition_ids).mail:
        yield item.kind, item.retried, item.failed, item.refused


def _confirming(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    figures = recent_figures(petition_ids)
    yield "signed by email from", "until", "signatures", "confirmed"
    yield (
        day_of(share_since(figures.at)),
        day_of(figures.at),
        figures.signed_by_email,
        figures.confirmed,
    )


def _forecast(petition_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    yield "petition", "counted", "goal", "a day", "earliest", "latest"
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
    """Return goal, pace and days of a Forecast; only the goal if it is too early for a forecast."""
    if forecast is None:
        return goal, "", "", ""
    return (
        forecast.goal,
        round(forecast.per_day, 2),
        forecast.earliest.isoformat(),
        forecast.latest.isoformat() if forecast.latest else "",
    )


TABLES = {
    "states": Table(_l("By status"), _states),
    "days": Table(_l("By day"), _days),
    "hours": Table(_l("By hour"), _hours),
    "evidence": Table(_l("By type of proof"), _kind("evidence")),
    "countries": Table(_l("By country"), _countries),
    "regions": Table(_l("By region"), _regions),
    "sources": Table(_l("By link"), _sources),
    "languages": Table(_l("By language"), _kind("lang")),
    "confirming": Table(_l("Confirmations"), _confirming),
    "forecast": Table(_l("Goal"), _forecast),
    "mail": Table(_l("Email problems"), _mail),
    "ledger": Table(_l("Count history"), _ledger),
}


def as_csv(filename: str, rows: Iterable[Iterable[Any]]) -> Response:
    """Return a CSV download of these rows; formulas in cells are neutralised."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [_cell(value) for value in row] for row in rows
    )
    # Excel reads a file as UTF-8 only if it begins with a byte order mark.
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


def _cell(value: Any) -> Any:
    return neutralise(value) if isinstance(value, str) else value
