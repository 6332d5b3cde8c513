"""`flask worker`: hatching, mail and upkeep, beside the site."""

import os
import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext

from campaign.cli.worker import Worker
from campaign.lib.logs import start_logging
from campaign.lib.orphans import end_with_parent

NICENESS = 10


@click.command("worker")
@click.option("--parent", type=int, help="Number of the process that starts it; it ends when that one ends.")
@with_appcontext
def worker(parent):
    """Hatch signatures, send owed mail and do the upkeep until stopped (Ctrl-C or SIGTERM)."""
    if parent:
        end_with_parent(parent)
        # Whoever signs goes before the mails, where both want the same processor.
        os.nice(NICENESS)
    start_logging()
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    Worker(current_app._get_current_object(), stop).run()


COMMANDS = (worker,)
