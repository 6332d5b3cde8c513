"""Run workers of a site's email, as on other machines, and count what they leave behind."""

from contextlib import contextmanager

from tests.faults.records import query_rows
from tests.faults.running_site import STOP_SECONDS


@contextmanager
def worker_of(site):
    """Run a worker, as on another machine."""
    worker = site.open("-m", "flask", "worker", log="worker.log")
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait(STOP_SECONDS)


def count(site, query):
    """Return the only value of an SQL query on the site's database."""
    return query_rows(site, query)[0][0]
