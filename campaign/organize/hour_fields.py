"""Fields by which organizers set an hour, as the clocks of a time zone show it."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, SelectField, TimeField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from campaign.i18n.local_times import NoSuchHour, instant
from campaign.organize.zone_choices import zone_choices

# Browsers have calendars and clocks of their own; where one has none, it is typed.
NO_DAY = _l("That is not a date. Write it as 2026-11-25.")
NO_TIME = _l("That is not an hour. Write it as %(example)s.", example="18:30")
NO_HOUR = _l("That is not a day with an hour. Write it as %(example)s.", example="2026-11-25 18:30")
NO_SUCH_HOUR = _l(
    "There is no such hour on that day: the clocks go forward. Choose one an hour later."
)
FIRST_YEAR, LAST_YEAR = 1900, 2199
NO_SUCH_YEAR = _l(
    "Choose a year from %(first)s to %(last)s.", first=str(FIRST_YEAR), last=str(LAST_YEAR)
)
IS_OVER = _l("That is over already. To publish it now, press the button for that.")


class DayField(DateField):
    """A day."""

    def __init__(self, label=None, validators=None, **named):
        super().__init__(label, validators, invalid_value_message=NO_DAY, **named)


class TimeOfDayField(TimeField):
    """An hour of whatever day; browsers send seconds or leave them out."""

    def __init__(self, label=None, validators=None, **named):
        super().__init__(
            label, validators, format=["%H:%M", "%H:%M:%S"], invalid_value_message=NO_TIME, **named
        )


class HourField(DateTimeLocalField):
    """A day and an hour; browsers send seconds or leave them out, and who types it puts a space between."""

    def __init__(self, label=None, validators=None, **named):
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label, validators, format=formats, invalid_value_message=NO_HOUR, **named)

    def pre_validate(self, form):
        # Days before and after are counted from it, which ends where the calendar does.
        if self.data and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise StopValidation(NO_SUCH_YEAR)

    def instant_in(self, zone):
        """Return the instant that is meant in the time zone of this name; None, with the fault at the field, where there is none."""
        try:
            return instant(self.data, zone)
        except (NoSuchHour, OverflowError):
            self.errors = [NO_SUCH_HOUR]
            return None


class ZoneField(SelectField):
    """A time zone. An old name that was stored once stays the choice."""

    def __init__(self, **named):
        super().__init__(_l("Time zone"), **named)

    def process(self, formdata, data=unset_value, extra_filters=None):
        super().process(formdata, data, extra_filters)
        self.choices = zone_choices(self.data)
