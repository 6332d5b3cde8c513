"""The search form of the activity log."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField
from wtforms.validators import Optional

from campaign.accounts.models import Organizer
from campaign.organize.hour_fields import DayField
from campaign.organize.people.audit_labels import SUBJECTS


class AuditSearch(FlaskForm):
    """Sent by GET: it changes nothing, and the URL of a search can be bookmarked."""

    class Meta:
        csrf = False

    who = SelectField(_l("People"), validate_choice=False)
    about = SelectField(_l("About"), validate_choice=False)
    since = DayField(_l("First day"), [Optional()])
    until = DayField(_l("Last day"), [Optional()])

    def __init__(self, people: Iterable[Organizer]) -> None:
        super().__init__(formdata=request.args)
        self.who.choices = _offered(_l("Everyone"), {str(who.id): who.called for who in people})
        self.about.choices = _offered(_l("Everything"), SUBJECTS)

    @property
    def organizer_id(self) -> int | None:
        known = {choice.value for choice in self.who.choices}
        return int(self.who.data) if self.who.data and self.who.data in known else None

    @property
    def subject(self) -> str:
        return self.about.data if self.about.data in SUBJECTS else ""


def _offered(all_of_them: Any, names: Mapping[str, Any]) -> list[SelectChoice]:
    return [
        SelectChoice("", all_of_them),
        *(SelectChoice(value, name) for value, name in names.items()),
    ]
