"""The forms for looking up a suppressed address and for adding one."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired

from campaign.organize.content_fields import LineField, most
from campaign.organize.fields import AddressField
from campaign.signatures import tokens


class FindForm(FlaskForm):
    """An address to look up; sent by POST so that it is in no log."""

    email = AddressField(_l("Email"))

    @property
    def digest(self) -> bytes:
        return tokens.email_digest(self.email.address.normalized)


class AddForm(FindForm):
    reason = LineField(
        _l("Reason"),
        [DataRequired(_l("Say why, in a few words. We record it in the activity log.")), most(300)],
    )
