"""A database of a million signatures, copied from SQLite to PostgreSQL by `flask db copy`."""

import os
import subprocess
import sys
import time

from bench import sites
from bench.filling import fill
from bench.processes import ROOT
from bench.report import Row
from bench.sites import SECRET

MILLION, A_SECOND = 1_000_000, 250_000
# The row counts, the checksums, the audit and the search index are part of it.
MAX_SECONDS = 600


def measure(scale, folder):
    """Yield one row: the whole command, with all its checks."""
    count = min(MILLION, int(scale.seconds * A_SECOND) if scale.rounds > 1 else 20_000)
    url = sites.database_url("sqlite", folder, "volante")
    fill(url, folder, count)
    target = sites.database_url("postgresql", folder, "copied").replace("+psycopg", "")
    environment = os.environ | {
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "SECRET_KEY": SECRET,
        "VOLANTE_ENV": "local",
    }
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "flask", "db", "copy", "--to", target],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - begin
    yield Row(
        f"{count:,} signatures copied from SQLite to PostgreSQL, with all checks",
        f"{seconds:,.0f} s",
        f"{count / seconds:,.0f} signatures/s",
        f"< {MAX_SECONDS} s",
        seconds < MAX_SECONDS,
    )
