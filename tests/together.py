"""Many at once: threads that all set off at the same instant."""

import threading
from concurrent.futures import ThreadPoolExecutor

from campaign.extensions import db


def together(app, works):
    """Run each of `works`, functions without arguments, in a thread with an application context of its own.

    Returns their results in order; raises what the first of them raised.
    """
    gate = threading.Barrier(len(works), timeout=20)

    def run(work):
        with app.app_context():
            gate.wait()
            return work()

    # The caller's own snapshot would keep the others' rows out of sight, or the others waiting.
    db.session.rollback()
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]
