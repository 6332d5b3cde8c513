"""The form for mailing an update."""

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from campaign.i18n.local_times import local_time
from campaign.i18n.locales import LOCALES, NAMES
from campaign.organize.content_fields import WholeField
from campaign.organize.hour_fields import HourField, ZoneField
from campaign.updates.mailing_models import Mailing


class MailingForm(FlaskForm):
    """Who gets an update by email, when, and how fast."""

    langs = SelectMultipleField(
        _l("Languages"), choices=[SelectChoice(*each) for each in NAMES.items()]
    )
    kinds = SelectMultipleField(
        _l("Target"),
        choices=[
            SelectChoice("subscribers", _l("People who subscribed with a form")),
            SelectChoice("signers", _l("People who checked the box when they signed")),
        ],
    )
    per_minute = WholeField(
        _l("Emails per minute"),
        [
            InputRequired(_l("Enter a whole number. Enter 0 for no limit.")),
            NumberRange(0, 100_000, _l("Enter a number from 0 to 100,000.")),
        ],
        default=0,
    )
    starts_at = HourField(_l("Starts"), [Optional()])
    time_zone = ZoneField()

    moment = None

    @classmethod
    def usual(cls, zone: str) -> Self:
        return cls(
            formdata=None,
            data={
                "langs": list(LOCALES),
                "kinds": ["subscribers", "signers"],
                "per_minute": 0,
                "time_zone": zone,
            },
        )

    @classmethod
    def of(cls, mailing: Mailing, zone: str) -> Self:
        """Return the form with the values of a planned Mailing, its time shown in `zone`."""
        chosen = {
            "langs": mailing.langs or list(LOCALES),
            "kinds": mailing.kinds or ["subscribers", "signers"],
        }
        starts_at = local_time(mailing.starts_at, zone)
        return cls(
            formdata=None,
            data={
                **chosen,
                "per_minute": mailing.per_minute,
                "starts_at": starts_at,
                "time_zone": zone,
            },
        )

    def wishes(self) -> dict[str, Any]:
        """Return the arguments for `plan_mailing` from a valid form."""
        chosen = {
            "langs": self.langs.data,
            "kinds": self.kinds.data,
            "per_minute": self.per_minute.data,
        }
        return {**chosen, "starts_at": self.moment}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; `moment` is then the chosen instant, or None for immediately."""
        valid = super().validate(extra_validators)
        for field in (self.langs, self.kinds):
            if not field.data and not field.errors:
                field.errors = [_l("Choose at least one.")]
                valid = False
        if not self.starts_at.data or self.starts_at.errors or self.time_zone.errors:
            return valid
        self.moment = self.starts_at.instant_in(self.time_zone.data)
        return valid and self.moment is not None
