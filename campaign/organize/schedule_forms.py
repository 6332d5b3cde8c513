"""The form that schedules a draft's publication."""

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from campaign.i18n.local_times import local_time
from campaign.organize.hour_fields import IS_OVER, HourField, ZoneField
from campaign.process.clock import utcnow


class LaterForm(FlaskForm):
    """When the draft of a cause or petition is published automatically.

    `moment` holds the instant once the form is valid.
    """

    publish_at = HourField(_l("Schedule"), [InputRequired(_l("Choose a date and time."))])
    time_zone = ZoneField()
    moment = None

    @property
    def zone(self) -> str:
        """The time zone in which the time was entered."""
        zone: str = self.time_zone.data
        return zone

    @classmethod
    def of(cls, draft: Any, usual_zone: str) -> Self:
        zone = draft.time_zone or usual_zone
        planned = {"publish_at": local_time(draft.publish_at, zone)} if draft.publish_at else {}
        return cls(formdata=None, data={"time_zone": zone, **planned})

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the time exists and lies in the future."""
        if not super().validate(extra_validators):
            return False
        self.moment = self.publish_at.instant_in(self.time_zone.data)
        if self.moment and self.moment <= utcnow():
            self.publish_at.errors = [IS_OVER]
        return not self.publish_at.errors
