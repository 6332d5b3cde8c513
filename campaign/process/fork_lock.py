"""One thread at a time makes a new process.

`subprocess` waits for the end of a pipe that its child closes when its program starts. A process that another thread forks at
that instant holds the pipe too, and the wait lasts as long as that process lives.
"""

import os
import threading

_one = threading.RLock()
os.register_at_fork(before=_one.acquire, after_in_parent=_one.release, after_in_child=_one.release)


def fork_lock():
    """Return a context in which no other thread forks."""
    return _one
