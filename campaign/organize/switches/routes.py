"""Switch functions of the site off and on, when something goes wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField
from wtforms.validators import InputRequired, StopValidation

from campaign.accounts.queries import present_organizer
from campaign.i18n.locales import language_name
from campaign.organisations.identity import name_of
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisations_among
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import LineField, ShortTextField, max_length
from campaign.organize.core.identity import organisations_where, organizer
from campaign.organize.core.surge import surge_status
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.switches.models import (
    MAX_MESSAGE_LENGTH,
    MAX_REASON_LENGTH,
    SITE_SWITCHES,
    SWITCHES,
)
from campaign.switches.operations import switch_off, switch_on
from campaign.switches.queries import switches_off

# How supporters and partners notice each switch. The order is that of the list.
LABELS = {
    "signing": _l("Signing"),
    "registrations": _l("Registration for events"),
    "subscriptions": _l("New subscriptions"),
    "mailings": _l("Mailings"),
    "letters": _l("Letters"),
    "api": _l("API"),
    "uploads": _l("Uploads"),
    "hatching": _l("Counting"),
}
EFFECTS = {
    "signing": _l(
        "People can read petitions, but not sign them. Tablets keep signatures and send them later."
    ),
    "registrations": _l("Events are shown, but nobody can reserve a seat."),
    "subscriptions": _l(
        "Nobody can subscribe to updates. People who have subscribed can still unsubscribe."
    ),
    "mailings": _l("No updates are emailed. Emails that people are waiting for are still sent."),
    "letters": _l("We send no letters to targets. We keep them and send them later."),
    "api": _l("Programs cannot read public data, and partners cannot send signatures."),
    "uploads": _l("Nobody can upload files or pictures to the workspace."),
    "hatching": _l("We save confirmed signatures, but count and show them only later."),
}
WHOLE_SITE = ""
OPEN_END = "0"
HOURS = (
    SelectChoice(OPEN_END, _l("Manually")),
    SelectChoice("1", _l("In 1 hour")),
    SelectChoice("2", _l("In 2 hours")),
    SelectChoice("8", _l("In 8 hours")),
    SelectChoice("24", _l("In 1 day")),
    SelectChoice("72", _l("In 3 days")),
)
MESSAGE_PREFIX = "message_"


class SwitchForm(FlaskForm):
    """What to switch off, where, until when, why, and what people are told in each language.

    `message_fields` are the fields of the languages.
    """

    name = SelectField(
        _l("Feature"),
        choices=[SelectChoice(""), *(SelectChoice(name, LABELS[name]) for name in SWITCHES)],
    )
    organisation = SelectField(_l("Applies to"))
    hours = SelectField(_l("Turn on again"), choices=HOURS)
    reason = LineField(
        _l("Reason"),
        [
            InputRequired(_l("Enter a reason for the other organizers.")),
            max_length(MAX_REASON_LENGTH),
        ],
    )

    @classmethod
    def of(cls, organisations: Sequence[tuple[str, str]], languages: Sequence[str]) -> "SwitchForm":
        """Return the form with these organisations to choose among, as (slug, name).

        WHOLE_SITE as slug stands for the whole site.
        """

        class LocalForm(cls):  # type: ignore[valid-type, misc]
            """The form with a message field for each language of the site."""

        for lang in languages:
            label = _l("Message on public pages: %(language)s", language=language_name(lang))
            field = ShortTextField(label, [max_length(MAX_MESSAGE_LENGTH)])
            setattr(LocalForm, MESSAGE_PREFIX + lang, field)
        form: SwitchForm = LocalForm()
        form.organisation.choices = [SelectChoice(slug, name) for slug, name in organisations]
        return form

    @property
    def message_fields(self) -> list[tuple[str, Any]]:
        """The pairs of a language and its field."""
        return [
            (name.removeprefix(MESSAGE_PREFIX), field)
            for name, field in self._fields.items()
            if name.startswith(MESSAGE_PREFIX)
        ]

    def validate_name(self, field: SelectField) -> None:
        """Ask for a choice."""
        if not field.data:
            raise StopValidation(_l("Choose what to turn off."))

    def validate_organisation(self, field: SelectField) -> None:
        """Refuse an organisation for what only the whole site has."""
        if self.name.data in SITE_SWITCHES and field.data != WHOLE_SITE:
            raise StopValidation(_l("You can turn this off only for the whole site."))

    def until(self, now: datetime) -> datetime | None:
        """Return when it comes on automatically, or None."""
        hours = int(self.hours.data)
        return now + timedelta(hours=hours) if hours else None

    def messages(self) -> dict[str, str]:
        """Return the messages that were entered, by language."""
        return {lang: field.data for lang, field in self.message_fields if field.data}


ACTION = "switches.edit"
blueprint = Blueprint("switches", __name__, url_prefix="/switches")


@blueprint.get("")
@allowed(ACTION)
def index() -> ResponseReturnValue:
    return _render_page(_form())


@blueprint.post("")
@allowed(ACTION)
def turn_off() -> ResponseReturnValue:
    form, now = _form(), utcnow()
    if not form.validate():
        return _render_page(form, 422)
    organisation = _organisation(form.organisation.data)
    act(
        AuditEvent(
            "switches.off",
            on=lambda row: ("switch", row.id),
            reason=form.reason.data,
            details={"name": form.name.data, "organisation": form.organisation.data},
        ),
        switch_off,
        name=form.name.data,
        now=now,
        organisation_id=organisation.id if organisation else None,
        until=form.until(now),
        reason=form.reason.data,
        messages=form.messages(),
        organizer_id=organizer().id,
    )
    flash(_("Turned off."), "success")
    return redirect(url_for("organize.switches.index"), 303)


@blueprint.post("/on")
@allowed(ACTION)
def turn_on() -> ResponseReturnValue:
    name, slug = request.form.get("name", ""), request.form.get("organisation", WHOLE_SITE)
    places = dict(_places())
    # A second press finds it on already.
    if name in LABELS and slug in places:
        organisation = _organisation(slug)
        act(
            AuditEvent("switches.on", details={"name": name, "organisation": slug}),
            switch_on,
            name=name,
            organisation_id=organisation.id if organisation else None,
        )
        flash(_("Turned on."), "success")
    return redirect(url_for("organize.switches.index"), 303)


def _form() -> SwitchForm:
    return SwitchForm.of(_places(), site_settings().languages)


def _places() -> list[tuple[str, str]]:
    """Return the pairs of slug and name for which the organizer may switch something off."""
    owned = organisations_where(ACTION)
    organisations = organisations_among(owned)
    whole_site = [(WHOLE_SITE, _("The whole site"))] if owned is None else []
    if owned is None and len(organisations) == 1:
        return whole_site
    return whole_site + [(each.slug, name_of(each.id, g.lang)) for each in organisations]


def _organisation(slug: str) -> Organisation | None:
    known = organisations_among(organisations_where(ACTION))
    return next((each for each in known if each.slug == slug), None)


def _render_page(form: SwitchForm, status: int = 200) -> ResponseReturnValue:
    owned = organisations_where(ACTION)
    names = {each.id: (each.slug, name_of(each.id, g.lang)) for each in organisations_among(owned)}
    return render_template(
        "organize/switches/index.html",
        form=form,
        switches=[
            (row, present_organizer(row.organizer_id))
            for row in switches_off(now=utcnow(), organisation_ids=owned)
        ],
        names=names,
        may_change_site=owned is None,
        labels=LABELS,
        effects=EFFECTS,
        surge=surge_status(),
    ), status
