"""A lock that shows whether a site or a worker runs on an SQLite database.

Site and worker share it for as long as they run. `flask db copy` and `flask restore` need it alone.
A copy would lack what a site acknowledged after the copy began, and a restore would replace it. The
kernel releases the lock when a process ends, even if it is killed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

from sqlalchemy.engine import URL


class DatabaseInUseError(Exception):
    """Another process has the database in a way that excludes ours."""


def share_database(url: URL) -> FileIO | None:
    """Return a file that holds our share of the lock until it is closed or collected.

    Return None if the database is not an SQLite file. Raise DatabaseInUseError during a copy.
    """
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return _locked(str(url.database), fcntl.LOCK_SH)


@contextmanager
def database_alone(path: str) -> Iterator[None]:
    """Keep sites and workers away from an SQLite file during the block.

    Raise DatabaseInUseError if one is running, or another copy.
    """
    with _locked(path, fcntl.LOCK_EX):
        yield


def _locked(path: str, kind: int) -> FileIO:
    file = FileIO(os.open(f"{path}.in-use", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise DatabaseInUseError(path) from error
    return file
