"""A fair lock between the processes that write to one SQLite file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError


class FairFileLock:
    """Lets one process at a time write, in order of arrival.

    SQLite's own lock goes to the process that polls at the right instant, so a busy writer can
    starve the others for seconds. Here a process locks the `.gate` file, then the `.room` file,
    then unlocks the gate. A writer that wants the lock again must queue behind the one that holds
    the gate. The kernel releases both locks when a process is killed.

    An instance can be used by one thread at a time.
    """

    def __init__(self, path: str | None) -> None:
        self._gate_path = f"{path}.gate"
        self._lock_path = f"{path}.room"

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Hold the lock for the block. Wait without limit, as it is only held briefly.

        Raise OperationalError if the disk cannot be written.
        """
        lock_file = _open(self._lock_path)
        try:
            gate_file = _open(self._gate_path)
            try:
                fcntl.flock(gate_file, fcntl.LOCK_EX)
                fcntl.flock(lock_file, fcntl.LOCK_EX)
            finally:
                os.close(gate_file)
            yield
        finally:
            os.close(lock_file)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        # Callers treat it like a database that cannot be written, because nothing was saved.
        raise OperationalError("lock of the database", None, error) from error
