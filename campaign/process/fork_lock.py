"""A lock that lets only one thread at a time fork.

We learn that a child has ended, or that its program has started, when it closes a pipe. If another
thread forks at that moment, the other child holds the pipe too. The wait would then last as long as
that child lives.
"""

import os
import threading
from contextlib import AbstractContextManager
from typing import Any

_one = threading.RLock()
os.register_at_fork(before=_one.acquire, after_in_parent=_one.release, after_in_child=_one.release)


def fork_lock() -> AbstractContextManager[Any]:
    """Return a context manager during which no other thread forks."""
    return _one
