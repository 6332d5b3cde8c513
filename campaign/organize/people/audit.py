"""The activity log, searchable: who did what, when, why and from where."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField
from wtforms.validators import Optional

from campaign.accounts.audit import entries
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.models import Organizer
from campaign.accounts.permissions import ROLE_NAMES
from campaign.accounts.queries import organizer_by_id, organizers_of
from campaign.causes.queries import causes_among
from campaign.organisations.identity import organisation_names
from campaign.organize.core.access import allowed
from campaign.organize.core.identity import causes_where
from campaign.organize.core.pagination import possible_id
from campaign.organize.core.scope import organisation_ids_where
from campaign.organize.core.time_fields import DayField
from campaign.organize.people.audit_labels import CHANNELS, REFUSED_METHODS, SUBJECTS
from campaign.organize.people.audit_texts import EntryLabels, readable_changes, titles_of
from campaign.site.settings import site_settings


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
        offered = {choice.value for choice in self.who.choices}
        return int(self.who.data) if self.who.data and self.who.data in offered else None

    @property
    def subject(self) -> str:
        return self.about.data if self.about.data in SUBJECTS else ""


def _offered(any_label: Any, names: Mapping[str, Any]) -> list[SelectChoice]:
    return [
        SelectChoice("", any_label),
        *(SelectChoice(value, name) for value, name in names.items()),
    ]


blueprint = Blueprint("audit", __name__, url_prefix="/audit")
PAGE_SIZE = 50


@blueprint.get("/")
@allowed("audit.see")
def index() -> ResponseReturnValue:
    where = causes_where("audit.see")
    # Include removed organizers: their actions stay in the log, and are searched for most often.
    form = AuditSearch(organizers_of(where, organisation_ids_where("audit.see"), with_removed=True))
    form.validate()
    rows = entries(
        cause_ids=where,
        organizer_id=form.organizer_id,
        action=form.subject,
        since=_start(form.since),
        until=_start(form.until, days=1),
        before_id=possible_id(request.args.get("before", type=int)),
        limit=PAGE_SIZE + 1,
    )
    return render_template(
        "organize/audit/index.html",
        form=form,
        entries=rows[:PAGE_SIZE],
        has_more=len(rows) > PAGE_SIZE,
        people=people_in(rows),
        titles=titles_of(rows),
        labels=EntryLabels.of(rows),
        changes_of=readable_changes,
        channels=CHANNELS,
        methods=REFUSED_METHODS,
        role_names=ROLE_NAMES,
        cause_titles={cause.id: cause.text(g.lang).title for cause in causes_among(where)},
        organisation_names=organisation_names(g.lang),
        searched={name: value for name, value in request.args.items() if name in form and value},
    )


def people_in(rows: Collection[AuditEntry]) -> dict[Any, Organizer | None]:
    """Return {id: Organizer} of people whom entries are about, or who planned a worker's action."""
    about = {row.subject_id for row in rows if row.subject_kind == "organizer"}
    return {
        item: organizer_by_id(item)
        for item in about | {item.details.get("planned_by") for item in rows} - {None}
    }


def _start(field: DayField, days: int = 0) -> datetime | None:
    """Return the first instant of a day in the site's time zone, or None if none was requested."""
    if field.errors or not field.data:
        return None
    zone = ZoneInfo(site_settings().time_zone)
    try:
        return datetime.combine(field.data + timedelta(days=days), time(), zone)
    except OverflowError:
        return None
