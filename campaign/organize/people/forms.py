"""The forms for giving roles and for inviting organizers."""

from collections.abc import Iterable
from typing import Self

from flask import g
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from campaign.accounts.permissions import ADMIN, ROLES
from campaign.accounts.role_names import ROLE_NAMES
from campaign.causes.models import Cause
from campaign.organize.fields import LANGUAGES, AddressField

ROLE_HINTS = {
    ADMIN: _l("Can do everything in every cause, and manage organizers"),
    "owner": _l("Can do everything in this cause, and manage its team"),
    "editor": _l("Petitions, events and updates. Cannot see supporters"),
    "exporter": _l("Sees signatures and exports them for delivery"),
    "reviewer": _l("Reviews held signatures and comments"),
    "tabler": _l("Pairs tablets and checks people in at events"),
}
# The first choice is empty, so that nobody invites into the wrong cause just because it is first.
NO_CAUSE = SelectChoice("", _l("Choose a cause"))


class RoleForm(FlaskForm):
    """A role in one of the causes in which the signed-in organizer may give roles.

    Admins may also make admins.
    """

    cause = SelectField(_l("Cause"))
    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])

    def offer(self, causes: Iterable[Cause], lang: str, with_admin: bool) -> Self:
        """Offer these Causes, and the admin role if `with_admin`; return the form."""
        self.cause.choices = [
            NO_CAUSE,
            *(SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes),
        ]
        roles = (*ROLES, ADMIN) if with_admin else ROLES
        self.role.choices = [SelectChoice(role, ROLE_NAMES[role]) for role in roles]
        return self

    def validate_cause(self, field: Field) -> None:
        if not field.data and self.role.data != ADMIN:
            raise ValidationError(_l("Choose a cause."))

    @property
    def cause_id(self) -> int | None:
        """The cause of the role; None for an admin, who is one everywhere."""
        return None if self.role.data == ADMIN else int(self.cause.data)


class InvitationForm(RoleForm):
    email = AddressField(_l("Email"))
    name = StringField(
        _l("Name"), [Length(max=80, message=_l("This is too long. Make it shorter."))]
    )
    lang = SelectField(_l("Language of the email"), choices=LANGUAGES, default=lambda: g.lang)
