"""Child processes of the server and the worker: their start, names, and end with the parent."""

import multiprocessing
import os
import threading
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.5
# We learn that a child has ended, or that its program has started, when it closes a pipe. If
# another thread forks at that moment, the other child holds the pipe too. The wait would then last
# as long as that child lives.
_fork_lock = threading.RLock()
os.register_at_fork(
    before=_fork_lock.acquire,
    after_in_parent=_fork_lock.release,
    after_in_child=_fork_lock.release,
)


def fork_lock() -> AbstractContextManager[Any]:
    """Return a context manager during which no other thread forks."""
    return _fork_lock


def name_process(role: str) -> None:
    """Show `volante-<role>` in `ps -e` and `top`, because all processes are of one program.

    Linux keeps fifteen characters. Other systems show the program.
    """
    with suppress(OSError):
        Path("/proc/self/comm").write_text(f"volante-{role}")


def exit_with_parent() -> None:
    """Watch the parent process, and end this one within LOOK_SECONDS after it is gone.

    If `multiprocessing` forked this process, this works even if the parent was killed before the
    first look. An orphan would keep the port, and the next start would fail. Exiting loses nothing:
    all acknowledged work is in the database.
    """
    known = multiprocessing.parent_process()
    parent = known.pid if known else os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
