"""Child processes of the server and the worker: their names, and their end with the parent."""

import multiprocessing
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

LOOK_SECONDS = 0.5


def name_process(role: str) -> None:
    """Show `volante-<role>` in `ps -e` and `top`, because all processes are of one program.

    Linux keeps fifteen characters. Other systems show the program.
    """
    with suppress(OSError):
        Path("/proc/self/comm").write_text(f"volante-{role}")


def exit_with_parent() -> None:
    """Watch the parent process, and end this one within LOOK_SECONDS after it is gone.

    This works even if the parent was killed before we look, where it forked this process by
    `multiprocessing`. An orphan would keep the port, and the next start would fail. Exiting loses
    nothing: all acknowledged work is in the database.
    """
    known = multiprocessing.parent_process()
    parent = known.pid if known else os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
