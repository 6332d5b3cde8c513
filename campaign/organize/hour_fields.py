"""Fields for dates and times as shown by the clocks of a time zone."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, Form, SelectField, TimeField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from campaign.i18n.local_times import NoSuchHour, instant
from campaign.organize.zone_choices import zone_choices

# Most browsers show a date or time picker. In the others, the value is typed.
NO_DAY = _l("Enter a date, like 2026-11-25.")
NO_TIME = _l("Enter a time, like %(example)s.", example="18:30")
NO_HOUR = _l("Enter a date and time, like %(example)s.", example="2026-11-25 18:30")
NO_SUCH_HOUR = _l(
    "That time does not exist on that day, because the clocks go forward. Choose a time one hour later."
)
FIRST_YEAR, LAST_YEAR = 1900, 2199
NO_SUCH_YEAR = _l(
    "Choose a year from %(first)s to %(last)s.", first=str(FIRST_YEAR), last=str(LAST_YEAR)
)
IS_OVER = _l("That time has passed. To publish now, use “Publish now”.")


class DayField(DateField):
    """A date."""

    def __init__(self, label: Any = None, validators: Any = None, **named: Any) -> None:
        super().__init__(label, validators, invalid_value_message=NO_DAY, **named)


class TimeOfDayField(TimeField):
    """A time of day; browsers send it with or without seconds."""

    def __init__(self, label: Any = None, validators: Any = None, **named: Any) -> None:
        super().__init__(
            label, validators, format=["%H:%M", "%H:%M:%S"], invalid_value_message=NO_TIME, **named
        )


class HourField(DateTimeLocalField):
    """A date and time.

    Browsers send it with or without seconds. People who type it put a space between.
    """

    def __init__(self, label: Any = None, validators: Any = None, **named: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label, validators, format=formats, invalid_value_message=NO_HOUR, **named)

    def pre_validate(self, form: Form) -> None:
        # Other code counts days before and after this date, and would overflow the calendar's
        # range.
        if self.data and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise StopValidation(NO_SUCH_YEAR)

    def instant_in(self, zone: str) -> datetime | None:
        """Return the instant of this local time in the time zone named `zone`.

        Return None and set an error on the field if the time does not exist there.
        """
        try:
            return instant(self.data, zone)
        except (NoSuchHour, OverflowError):
            self.errors = [NO_SUCH_HOUR]
            return None


class ZoneField(SelectField):
    """A time zone; an old name that was stored once stays a choice."""

    def __init__(self, **named: Any) -> None:
        super().__init__(_l("Time zone"), **named)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        self.choices = zone_choices(self.data)
