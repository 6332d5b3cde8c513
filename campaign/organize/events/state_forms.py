"""The forms that schedule an event's publication and cancel the event."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, ValidationError

from campaign.events.hours import HourSkipped, instant_of
from campaign.events.models import Event
from campaign.i18n.local_times import local_time
from campaign.organize.content_fields import ShortTextField, by_language, in_language, most
from campaign.organize.hour_fields import IS_OVER, NO_SUCH_HOUR, HourField
from campaign.process.clock import utcnow

MAX_NOTICE_LENGTH = 600


class LaterForm(FlaskForm):
    """When a draft is published automatically, in local time of its place.

    `moment` holds the instant once the form is valid.
    """

    publish_at = HourField(_l("Schedule"), [InputRequired(_l("Choose a date and time."))])
    moment = None

    def __init__(self, event: Event, **named: Any) -> None:
        self.event = event
        known = local_time(event.publish_at, event.zone) if event.publish_at else None
        super().__init__(data={"publish_at": known}, **named)

    @property
    def zone(self) -> str:
        """The time zone in which the time was entered."""
        return self.event.zone

    def validate_publish_at(self, field: HourField) -> None:
        if not field.data:
            # The field has already reported that the value is no valid time.
            return
        try:
            self.moment = instant_of(field.data, self.event.zone)
        except (HourSkipped, OverflowError):
            raise ValidationError(NO_SUCH_HOUR) from None
        if self.moment <= utcnow():
            raise ValidationError(IS_OVER)


class _Cancel(FlaskForm):
    """Why an event is cancelled, in each of its languages."""

    def notices(self, langs: Iterable[str]) -> dict[str, str]:
        return {lang: self[f"notice_{lang}"].data or "" for lang in langs}


CancelForm = type(
    "CancelForm",
    (_Cancel,),
    by_language(
        "notice",
        lambda lang: ShortTextField(
            in_language(_l("Reason, and what happens instead"), lang), [most(MAX_NOTICE_LENGTH)]
        ),
    ),
)
