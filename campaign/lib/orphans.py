"""Processes that end with the one that started them."""

import os
import threading
import time

LOOK_SECONDS = 0.5


def end_with_parent():
    """End this process at once when its parent is gone, even if the parent was killed and could tell nobody.

    An orphan would keep the port, and the next start would fail. What it had acknowledged is in the database.
    """
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
