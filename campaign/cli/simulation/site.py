"""The temporary site of a simulated day: its own folder, database, port and processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import Engine, create_engine, inspect, select

from campaign.causes.models import Cause
from campaign.cli.simulation.signers import MAIL_DOMAIN
from campaign.petitions.models import Petition
from campaign.signatures.models import Signature
from campaign.surge.models import SurgeReport
from config import ROOT, SECRET_SETTINGS, database_url, load

START_SECONDS = 180
STOP_SECONDS = 20
# The temporary site must not touch anything of the operator's own site. Settings that say how a
# site uses the machine stay, such as WEB_CONCURRENCY.
NOT_PASSED_ON = (
    *SECRET_SETTINGS,
    *(f"{name}_FILE" for name in SECRET_SETTINGS),
    "PUBLIC_URL",
    "EXTRA_HOSTS",
    "TRUSTED_PROXIES",
    "FILES_URL",
    "MAIL_FROM",
    "MAIL_RATES",
    "LETTERS_DOMAIN",
    "SECURITY_CONTACT",
    "SOURCE_URL",
    "METRICS_PORT",
    "FLASK_APP",
)


@dataclass(frozen=True)
class TemporarySite:
    """A running site, and the petition that the crowd signs."""

    port: int
    folder: Path
    engine: Engine
    petition: str
    cause: str

    def stored_addresses(self) -> frozenset[str]:
        """Return the addresses of the crowd in the database."""
        query = select(Signature.email).where(Signature.email.like(f"%@{MAIL_DOMAIN}"))
        with self.engine.connect() as connection:
            return frozenset(str(address) for address in connection.scalars(query))

    def highest_level(self) -> tuple[int, str]:
        """Return the highest surge level of the day, and why it was entered, or 0 if none was."""
        query = select(SurgeReport.level, SurgeReport.reason).order_by(SurgeReport.level.desc())
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return (row.level, row.reason) if row else (0, "")


def check_database(url: str) -> str:
    """Return the URL of an empty PostgreSQL database. Raise ClickException if it is not one."""
    address = database_url(url, "--database")
    if not address.startswith("postgresql"):
        raise click.ClickException("--database must name a PostgreSQL database.")
    engine = create_engine(address, hide_parameters=True)
    if inspect(engine).get_table_names():
        raise click.ClickException(
            "The database that --database names is not empty. The simulation never writes to a"
            " database in use. Create a new one, for example: createdb volante_simulation"
        )
    engine.dispose()
    return address


def web_processes(environ: Mapping[str, str], database: str | None) -> int:
    """Return how many web processes the temporary site gets."""
    processes: int = load({**environ, "DATABASE_URL": database or ""})["WEB_CONCURRENCY"]
    return processes


@contextmanager
def temporary_site(database: str | None, parent: Path) -> Iterator[TemporarySite]:
    """Run a site with the demonstration's petitions for the time of the block.

    `database` is the URL of an empty database. Without it, SQLite is used. Everything else of the
    site is in a new folder in `parent`, on the disk that is measured. It is deleted afterwards.
    Raise ClickException if the site does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="simulation-", dir=parent))
    try:
        url = database or f"sqlite:///{folder / 'volante.sqlite3'}"
        port = _free_port()
        log = folder / "site.log"
        engine = create_engine(url, hide_parameters=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "serve", "--demo"],
                cwd=ROOT,
                env=_environment(os.environ, url, folder, port),
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        try:
            _await_start(process, port, log)
            yield _site(port, folder, engine)
        finally:
            _stop(process)
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(environ: Mapping[str, str], url: str, folder: Path, port: int) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in NOT_PASSED_ON} | {
        "VOLANTE_ENV": "local",
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        # The whole crowd has one IP address. None of its signatures must be held.
        "PRESSURE_PER_MINUTE": "1000000",
        "HOLD_PER_ADDRESS": "100000000",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_start(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return
        time.sleep(0.1)
    last_lines = log.read_text(errors="replace").splitlines()[-5:]
    raise click.ClickException("\n".join(["The temporary site did not start.", *last_lines]))


def _site(port: int, folder: Path, engine: Engine) -> TemporarySite:
    query = (
        select(Petition.slug, Cause.slug.label("cause"))
        .join(Cause, Cause.id == Petition.cause_id)
        .where(Petition.state == "published")
        .order_by(Petition.id)
        .limit(1)
    )
    with engine.connect() as connection:
        row = connection.execute(query).one()
    return TemporarySite(port, folder, engine, row.slug, row.cause)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    # Web processes are in the server's process group. The worker ends with its parent.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
