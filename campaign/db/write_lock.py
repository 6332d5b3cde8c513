"""A fair lock between the processes that write to one SQLite file."""

import fcntl
import os
from contextlib import contextmanager


class FairFileLock:
    """Let one process at a time through, in the order of arrival.

    SQLite's own lock is taken by whoever polls at the right instant, so that a busy writer starves the others for
    seconds. Here a process first takes the gate, then the room, then frees the gate: whoever leaves the room and wants
    to return has to queue behind the one already in the gate. The kernel frees both when a process is killed.
    One instance serves one thread at a time.
    """

    def __init__(self, path):
        self._gate_path = f"{path}.gate"
        self._room_path = f"{path}.room"

    @contextmanager
    def turn(self):
        """Hold the room for the length of the block; waits without limit, as holders are short."""
        room = os.open(self._room_path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            gate = os.open(self._gate_path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(gate, fcntl.LOCK_EX)
                fcntl.flock(room, fcntl.LOCK_EX)
            finally:
                os.close(gate)
            yield
        finally:
            os.close(room)
