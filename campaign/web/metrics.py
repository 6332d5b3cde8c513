"""`/metrics` for Prometheus, only with the token or from a trusted address."""

from collections.abc import Iterable, Iterator
from functools import partial
from hmac import compare_digest
from time import perf_counter
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, make_response, request
from flask.blueprints import BlueprintSetupState
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from campaign.db.transactions import DATABASE_AWAY
from campaign.extensions import database_now
from campaign.http.trusted_requests import is_near
from campaign.process.bounded_call import BoundedCall
from campaign.web.metric_values import Gauge, gauges, gauges_without_database, one

blueprint = Blueprint("metrics", __name__)
DEFAULT_INTERVAL_MS = 1000
# Prometheus itself gives up after ten seconds.
DATABASE_SECONDS = 4
EXTENSION = "database_gauges"
PREFIX = "volante_"


@blueprint.get("/metrics")
def show() -> Response:
    if not (_has_token() or is_near()):
        abort(403)
    next_ms = request.environ.get("volante.next_ms", DEFAULT_INTERVAL_MS)
    rows = [*_database_gauges(), *gauges_without_database(next_ms=next_ms)]
    return make_response(
        generate_latest(_SharedMetrics(rows, current_app.extensions["process_metrics"])),
        {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4},
    )


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = BoundedCall(
        partial(_read_database, cast(Flask, state.app)), seconds=DATABASE_SECONDS
    )


class _SharedMetrics(Collector):
    """The gauges of the database and the metrics of all processes."""

    def __init__(self, rows: Iterable[Gauge], processes: Collector) -> None:
        self._rows = rows
        self._processes = processes

    def collect(self) -> Iterator[Metric]:
        for gauge in self._rows:
            labels = list(gauge.values[0][0]) if gauge.values else []
            family = GaugeMetricFamily(PREFIX + gauge.name, gauge.meaning, labels=labels)
            for values, number in gauge.values:
                family.add_metric(list(values.values()), number)
            yield family
        yield from self._processes.collect()


def _database_gauges() -> list[Gauge]:
    """Return the Gauges of the database. If it does not answer, say only that."""
    meaning = "Whether the database answers in time."
    try:
        rows: list[Gauge] = current_app.extensions[EXTENSION].result()
    except (TimeoutError, *DATABASE_AWAY):
        return [one("database_up", meaning, 0)]
    return [one("database_up", meaning, 1), *rows]


def _read_database(app: Flask) -> list[Gauge]:
    with app.app_context():
        asked_at = perf_counter()
        now = database_now()
        seconds = perf_counter() - asked_at
        return [
            one("database_seconds", "How long the database took for a simple question.", seconds),
            *gauges(now=now),
        ]


def _has_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and compare_digest(sent.encode(), token.encode())
