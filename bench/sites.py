"""Volante and its baselines, each as one Server with its own database."""

import sys
from pathlib import Path

from bench.processes import Server, free_port
from tests import databases

SLUG = "find-the-43"
CAUSE = "butterflies-for-mexico"
SECRET = "a-secret-for-benches-only-0123456789abcdef"
PYTHON = sys.executable
# How rows name the databases.
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def database_url(kind, folder, name):
    """Return the SQLAlchemy URL of a new empty database of this kind."""
    if kind == "sqlite":
        return f"sqlite:///{Path(folder) / name}.sqlite3"
    databases.keep_through_power_cuts()
    return databases.address(kind, name).replace("postgresql://", "postgresql+psycopg://", 1)


def volante(url, folder, **settings):
    """Return the whole of Volante as `make run` starts it, with worker and demonstration."""
    port = free_port()
    environment = {
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "SECRET_KEY": SECRET,
        "VOLANTE_ENV": "local",
        **settings,
    }
    return Server(
        [PYTHON, "-m", "flask", "serve", "--demo"],
        port=port,
        log=Path(folder) / "volante.log",
        environment=environment,
    )


def plain_form(url, folder):
    """Return the usual way to take signatures: Flask-WTF, one row committed, on gunicorn 2 × 4."""
    port = free_port()
    return Server(
        [
            PYTHON,
            "-m",
            "gunicorn",
            "--workers=2",
            "--threads=4",
            "--timeout=0",
            f"--bind=127.0.0.1:{port}",
            "--log-level=warning",
            "bench.baselines.form:create_app()",
        ],
        port=port,
        log=Path(folder) / "plain-form.log",
        environment={"BENCH_DATABASE_URL": url},
    )


def constants(folder, *sizes):
    """Return a Flask site whose view at /<n> returns the n-th constant text of this many bytes.

    It runs on the server of Volante.
    """
    port = free_port()
    return Server(
        [PYTHON, "-m", "bench.baselines.constant"],
        port=port,
        log=Path(folder) / "constants.log",
        environment={"BENCH_PORT": str(port), "BENCH_SIZES": ",".join(map(str, sizes))},
    )
