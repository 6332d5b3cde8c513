"""`flask worker`: hatching, email and upkeep, next to the site."""

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

from campaign.cli.database_use import use_database
from campaign.extensions import db
from campaign.jobs.worker import Worker
from campaign.process.logs import start_logging
from campaign.process.parent import exit_with_parent

NICENESS = 10
STOP_SECONDS = 0.5


@click.command("worker")
@click.option(
    "--parent", type=int, help="Process ID of the parent. The worker stops when the parent does."
)
@with_appcontext
def worker(parent: int | None) -> None:
    """Count signatures, send emails and do background work, until Ctrl-C or SIGTERM."""
    app = cast(LocalProxy[Flask], current_app)._get_current_object()
    start_logging(app.config["LOG_FORMAT"])
    in_use = use_database()
    # A forked process must inherit neither threads nor open connections.
    db.engine.dispose()
    runner = multiprocessing.get_context("fork").Process(
        target=_hatch, args=(app,), name="runner", daemon=True
    )
    runner.start()
    stop = _stop_at_signals(runner.terminate)
    if parent:
        exit_with_parent(parent)
        # When all compete for the same processor, signing and hatching have priority over email.
        os.nice(NICENESS)
    threading.Thread(target=_stop_after, args=(runner, stop), name="runner", daemon=True).start()
    app.extensions["process_metrics"].start("worker")
    Worker(app, stop).run()
    runner.join(STOP_SECONDS)
    if in_use:
        in_use.close()
    if runner.exitcode:
        # The runner was killed. Exit too: our supervisor restarts both.
        sys.exit("The runner stopped unexpectedly, so the worker stops too.")


def _hatch(app: Flask) -> None:
    exit_with_parent()
    app.extensions["process_metrics"].start("runner")
    Worker(app, _stop_at_signals(), process="runner").run()


def _stop_at_signals(*callbacks: Callable[[], object]) -> threading.Event:
    """Return an event that is set when this process is asked to stop; then also call `callbacks`."""
    stop = threading.Event()

    def on_signal(*_: object) -> None:
        stop.set()
        for callback in callbacks:
            callback()

    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, on_signal)
    return stop


def _stop_after(runner: BaseProcess, stop: threading.Event) -> None:
    runner.join()
    stop.set()


COMMANDS = (worker,)
