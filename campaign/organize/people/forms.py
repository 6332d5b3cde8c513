"""Forms to give a role and to invite a person."""

from collections.abc import Iterable
from typing import Any, Self

from flask import g
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from campaign.accounts.permissions import ADMIN, ORGANISATION_OWNER, ROLE_NAMES, ROLES
from campaign.causes.models import Cause
from campaign.organize.core.fields import INTERFACE_CHOICES, AddressField

# The first choice is empty, so that nobody gives a role in the wrong cause because it is first.
NO_CAUSE = SelectChoice("", _l("Choose a cause"))
NO_ORGANISATION = SelectChoice("", _l("Choose an organization"))


class _PersonFields:
    """A person who is invited, and the language of their email.

    Errors are listed in the order in which fields are created, so these come before the role.
    """

    email = AddressField(_l("Email"))
    name = StringField(
        _l("Name"), [Length(max=80, message=_l("This is too long. Make it shorter."))]
    )
    lang = SelectField(
        _l("Language of the email"), choices=INTERFACE_CHOICES, default=lambda: g.lang
    )


class RoleForm(FlaskForm):
    """A role where the signed-in organizer may give roles: in a cause, or in an organisation.

    Admins may also make admins.
    """

    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])
    cause = SelectField(_l("Cause"))
    organisation = SelectField(_l("Organization"))
    _only_organisation = ""

    def offer(
        self, causes: Iterable[Cause], organisations: dict[int, str], with_admin: bool, lang: str
    ) -> Self:
        """Offer roles in these causes, in organisations by {id: name}, and admin if `with_admin`.

        Return the form.
        """
        self.cause.choices = [
            NO_CAUSE,
            *(SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes),
        ]
        choices = [SelectChoice(str(each), name) for each, name in organisations.items()]
        self.organisation.choices = [NO_ORGANISATION, *choices]
        if len(choices) < 2:
            del self.organisation
            self._only_organisation = str(choices[0].value) if choices else ""
        roles = (
            *ROLES,
            *((ORGANISATION_OWNER,) if choices else ()),
            *((ADMIN,) if with_admin else ()),
        )
        self.role.choices = [SelectChoice(role, ROLE_NAMES[role]) for role in roles]
        return self

    def validate_cause(self, field: Field) -> None:
        if not field.data and self.role.data not in (ADMIN, ORGANISATION_OWNER):
            raise ValidationError(_l("Choose a cause."))

    def validate_organisation(self, field: Field) -> None:
        if not field.data and self.role.data == ORGANISATION_OWNER:
            raise ValidationError(_l("Choose an organization."))

    @property
    def grant(self) -> dict[str, Any]:
        """The role as operations take it: `role`, and `cause_id` or `organisation_id`."""
        if self.role.data == ADMIN:
            return {"role": ADMIN}
        if self.role.data == ORGANISATION_OWNER:
            chosen: str = self.organisation.data if self.organisation else self._only_organisation
            return {"role": "owner", "organisation_id": int(chosen)}
        return {"role": self.role.data, "cause_id": int(self.cause.data)}


class InvitationForm(_PersonFields, RoleForm):
    """The person to invite, and their first role."""
