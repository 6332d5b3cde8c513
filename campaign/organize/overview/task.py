"""What a task of the overview is."""

from typing import NamedTuple


class Task(NamedTuple):
    """Something to do; `act` stands on the button that leads to `address`."""

    words: str
    act: str
    address: str
