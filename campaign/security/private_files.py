"""Make files that only their owner can read."""

import os


def open_for_owner(path: str, flags: int) -> int:
    """Return the descriptor of a file for `open`, as its `opener`.

    Only the owner can read a new file.
    """
    return os.open(path, flags, 0o600)
