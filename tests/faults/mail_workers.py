"""Run workers of a site's email, as on other machines, and count what they leave behind."""

import subprocess
import sys
from contextlib import contextmanager

from tests.faults.records import query_rows
from tests.faults.running_site import ROOT, STOP_SECONDS


@contextmanager
def worker_of(site):
    """Run a worker, as on another machine."""
    with (site.var / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "flask", "worker"],
            cwd=ROOT, env=site.environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield worker
        finally:
            worker.kill()
            worker.wait(STOP_SECONDS)


def count(site, query):
    """Return the only value of an SQL query on the site's database."""
    return query_rows(site, query)[0][0]
