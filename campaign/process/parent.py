"""Processes that end with the one that started them."""

import multiprocessing
import os
import threading
import time

LOOK_SECONDS = 0.5


def exit_with_parent(parent=None):
    """End this process at once when its parent is gone, even if the parent was killed and could tell nobody.

    `parent` is its process number as the parent itself gave it, as it may be gone before we look. An orphan would keep the
    port, and the next start would fail. What it had acknowledged is in the database.
    """
    if parent is None:
        known = multiprocessing.parent_process()
        parent = known.pid if known else os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
