"""The type of a task on the overview."""

from typing import NamedTuple


class Task(NamedTuple):
    """Something to do; `act` is the label of the button that links to `address`."""

    words: str
    act: str
    address: str
