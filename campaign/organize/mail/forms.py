"""The form by which an update is mailed."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, IntegerField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from campaign.lib.local_times import NoSuchHour, instant, zone_names
from campaign.lib.locales import LOCALES, NAMES
from campaign.organize.updates.forms import LOCAL


class MailingForm(FlaskForm):
    """To whom an update is mailed, and how fast."""

    langs = SelectMultipleField(_l("In which languages"), choices=[SelectChoice(*each) for each in NAMES.items()])
    kinds = SelectMultipleField(
        _l("To whom"),
        choices=[
            SelectChoice("subscribers", _l("Who subscribed by a form")),
            SelectChoice("signers", _l("Who ticked the box when they signed")),
        ],
    )
    per_minute = IntegerField(
        _l("Letters a minute"),
        [InputRequired(_l("Write a whole number; 0 for no limit.")), NumberRange(0, 100_000, _l("Write a number from 0 to 100,000."))],
        default=0,
    )
    starts_at = DateTimeLocalField(_l("Begins"), [Optional()], format=LOCAL)
    time_zone = SelectField(_l("Time zone"))

    moment = None

    @classmethod
    def usual(cls, zone):
        return cls(formdata=None, data={"langs": list(LOCALES), "kinds": ["subscribers", "signers"], "per_minute": 0, "time_zone": zone})

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.time_zone.choices = [SelectChoice(name, name.replace("_", " ").replace("/", ": ", 1)) for name in zone_names()]

    def validate(self, extra_validators=None):
        """Check the fields; `moment` is then the instant that was set, or None for at once."""
        valid = super().validate(extra_validators)
        for field in (self.langs, self.kinds):
            if not field.data and not field.errors:
                field.errors = [_l("Choose at least one.")]
                valid = False
        if not self.starts_at.data or self.starts_at.errors or self.time_zone.errors:
            return valid
        try:
            self.moment = instant(self.starts_at.data, self.time_zone.data)
        except (NoSuchHour, OverflowError):
            self.starts_at.errors = [_l("There is no such hour on that day: the clocks go forward. Choose one an hour later.")]
            return False
        return valid
