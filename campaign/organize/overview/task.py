"""A task of the overview, and what the modules of tasks share."""

from datetime import timedelta
from typing import NamedTuple

from babel.numbers import format_decimal

from campaign.i18n.locales import current_locale


class Task(NamedTuple):
    """Something to do; `act` is the label of the button that links to `address`."""

    text: str
    act: str
    address: str


# An email or a scheduled draft that is later than this is stuck: no worker has picked it up.
LATE_AFTER = timedelta(minutes=15)


def figure(many: int) -> str:
    """Format a count for the text of a task."""
    return format_decimal(many, locale=current_locale())
