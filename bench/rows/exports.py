"""Exports of a million signatures, compared with the database's own dump of the same columns.

Each runs in its own process.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import psycopg

from bench import sites
from bench.filling import fill
from bench.processes import ROOT
from bench.report import Row

# Short runs export a fraction of them.
MILLION, A_SECOND = 1_000_000, 250_000
MAX_MEGABYTES = 250
DUMP = (
    "select number, state, evidence, given_name, family_name, email, country, postal_code, comment, name_display, subscribe, lang,"
    " held_reason, version_id, created_at, confirmed_at, hatched_at, answers from signature where state = 'counted' order by id"
)


def measure(scale, folder):
    """Yield the three kinds of export for both databases."""
    count = min(MILLION, int(scale.seconds * A_SECOND) if scale.rounds > 1 else MILLION // 10)
    for kind in ("sqlite", "postgresql"):
        site_folder = folder / kind
        site_folder.mkdir()
        url = sites.database_url(kind, site_folder, f"exports_{kind}")
        fill(url, site_folder, count)
        dump = _dump_sqlite if kind == "sqlite" else _dump_postgresql
        dump_rate = dump(url, site_folder / "dump.csv")
        for file_format in ("csv", "jsonl", "xlsx"):
            yield _row(
                f"{file_format} of {count:,}, {sites.DATABASES[kind]}",
                url,
                site_folder,
                file_format,
                dump_rate,
            )


def _row(label, url, site_folder, file_format, dump_rate):
    command = [
        sys.executable,
        "-m",
        "bench.exporting",
        url,
        site_folder,
        file_format,
        site_folder / f"out.{file_format}",
    ]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    seconds, rows, megabytes = map(float, output.split())
    figure = f"{rows / seconds:,.0f} rows/s, {megabytes:.0f} MB at its peak"
    return Row(label, figure, dump_rate, f"< {MAX_MEGABYTES} MB", megabytes < MAX_MEGABYTES)


def _dump_sqlite(url, file):
    if shutil.which("sqlite3") is None:
        return "no sqlite3 here"
    with Path(file).open("wb") as output:
        begun = perf_counter()
        subprocess.run(
            ["sqlite3", "-csv", "-readonly", url.removeprefix("sqlite:///"), DUMP],
            stdout=output,
            check=True,
        )
        return _dump_rate(perf_counter() - begun, file, "sqlite3 -csv")


def _dump_postgresql(url, file):
    with (
        psycopg.connect(url.replace("+psycopg", "")) as connection,
        Path(file).open("wb") as output,
    ):
        begun = perf_counter()
        with connection.cursor().copy(f"copy ({DUMP}) to stdout (format csv)") as blocks:
            output.writelines(blocks)
        return _dump_rate(perf_counter() - begun, file, "COPY")


def _dump_rate(seconds, file, name):
    with Path(file).open("rb") as lines:
        rows = sum(1 for _ in lines)
    return f"{rows / seconds:,.0f} rows/s by {name}"
