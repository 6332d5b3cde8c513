"""Warn about times that occur twice in the night when clocks go back."""

from collections.abc import Iterable
from datetime import datetime

from flask import flash, g
from flask_babel import gettext as _

from campaign.i18n.clock_times import clock_time
from campaign.i18n.local_times import comes_twice


def hours_twice(chosen: Iterable[datetime | None], zone: str) -> list[str]:
    """Return, formatted for the page, the `chosen` times that occur twice in `zone`.

    `chosen` holds naive datetimes or None.
    """
    return [clock_time(each, g.lang) for each in chosen if each and comes_twice(each, zone)]


def tell_of_hours_twice(chosen: Iterable[datetime | None], zone: str) -> None:
    """Flash a note that the first occurrence is meant if a chosen time occurs twice."""
    if twice := hours_twice(chosen, zone):
        flash(
            _(
                "The clocks change that night, so %(hours)s happens twice. We use the first one.",
                hours=", ".join(twice),
            ),
            "waiting",
        )
