"""`flask worker`: hatching, email and upkeep, beside the site or alone."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from werkzeug.local import LocalProxy

from campaign.cli.database_faults import WithReadableErrors
from campaign.cli.database_use import use_database
from campaign.extensions import db
from campaign.jobs.worker import Worker
from campaign.monitoring.metrics_server import serve_metrics
from campaign.process.children import exit_with_parent, name_process
from campaign.process.logs import start_logging
from campaign.server.systemd import notify_ready

NICENESS = 10
STOP_SECONDS = 0.5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Count signatures, send emails and do background work, until Ctrl-C or SIGTERM."""
    run_worker(cast(LocalProxy[Flask], current_app)._get_current_object())


def run_beside_site(app: Flask) -> None:
    """Run the worker in a process forked from the site's, and end with it.

    A new program would load everything again, which takes two seconds of processor
    time and a hundred megabytes.
    """
    # The server's handlers, inherited by a process that replaces another, would ignore these.
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    # Ctrl-C reaches a whole process group. This process has its own group, so that the site ends
    # it. It stays in the site's session, because Linux shares CPU time between sessions. In its own
    # session, the worker would get as much as all web processes together.
    os.setpgid(0, 0)
    try:
        with app.app_context():
            WithReadableErrors(run_worker)(app, is_beside_site=True)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def run_worker(app: Flask, *, is_beside_site: bool = False) -> None:
    """Run the worker and its runner until this process is asked to stop."""
    name_process("worker")
    start_logging(app.config["LOG_FORMAT"])
    in_use = use_database()
    # A forked process must inherit neither threads nor open connections.
    db.engine.dispose()
    runner = multiprocessing.get_context("fork").Process(
        target=_hatch, args=(app,), name="runner", daemon=True
    )
    runner.start()
    stop = _stop_at_signals(runner.terminate)
    if is_beside_site:
        exit_with_parent()
        # When all compete for the same processor, signing and hatching have priority over email.
        os.nice(NICENESS)
    else:
        _serve_metrics(app)
    threading.Thread(target=_stop_after, args=(runner, stop), name="runner", daemon=True).start()
    app.extensions["process_metrics"].start("worker")
    if not is_beside_site:
        notify_ready()
    Worker(app, stop).run()
    runner.join(STOP_SECONDS)
    if in_use:
        in_use.close()
    if runner.exitcode:
        # The runner was killed. Exit too: our supervisor restarts both.
        sys.exit("The runner stopped unexpectedly, so the worker stops too.")


def _serve_metrics(app: Flask) -> None:
    """Serve the metrics of a worker without a site, if METRICS_PORT is set."""
    host, port = app.config["HOST"], app.config["METRICS_PORT"]
    if not port:
        return
    try:
        serve_metrics(app.wsgi_app, host, port)
    except OSError as error:
        raise click.ClickException(
            f"Cannot serve the metrics at {host}, port {port}: {error.strerror}."
            " Check HOST and METRICS_PORT."
        ) from error


def _hatch(app: Flask) -> None:
    name_process("runner")
    exit_with_parent()
    app.extensions["process_metrics"].start("runner")
    Worker(app, _stop_at_signals(), process="runner").run()


def _stop_at_signals(*callbacks: Callable[[], object]) -> threading.Event:
    """Return an event that is set when this process is asked to stop.

    Then also call `callbacks`.
    """
    stop = threading.Event()

    def on_signal(*_: object) -> None:
        stop.set()
        for callback in callbacks:
            callback()

    for number in STOP_SIGNALS:
        signal.signal(number, on_signal)
    return stop


def _stop_after(runner: BaseProcess, stop: threading.Event) -> None:
    runner.join()
    stop.set()


COMMANDS = (worker,)
