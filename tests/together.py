"""Run threads that all start at the same instant."""

import threading
from concurrent.futures import ThreadPoolExecutor

from campaign.extensions import db


def together(app, works):
    """Run each of `works`, functions without arguments, in its own thread and context.

    Return their results in order, or raise the first error.
    """
    gate = threading.Barrier(len(works), timeout=20)

    def run(work):
        with app.app_context():
            gate.wait()
            return work()

    # The caller's snapshot would hide the others' rows, or make the others wait.
    db.session.rollback()
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]
