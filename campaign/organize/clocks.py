"""Hours that an editor chose, where clocks are put back and one comes twice."""

from flask import flash, g
from flask_babel import gettext as _

from campaign.i18n.clock_times import clock_time
from campaign.i18n.local_times import comes_twice


def hours_twice(chosen, zone):
    """Return those of the hours, naive datetimes or None, that clocks in `zone` show twice in their night, in words."""
    return [clock_time(each, g.lang) for each in chosen if each and comes_twice(each, zone)]


def tell_of_hours_twice(chosen, zone):
    """Say of hours that were just chosen which one is meant where there are two."""
    if twice := hours_twice(chosen, zone):
        flash(
            _(
                "In that night clocks are put back, and %(hours)s comes twice: the first one is meant.",
                hours=", ".join(twice),
            ),
            "waiting",
        )
