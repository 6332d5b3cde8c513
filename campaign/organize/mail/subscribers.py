"""Subscribers: export them with their consents, and show the lists that were imported."""

from typing import Any, Self

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from campaign.causes.queries import causes_among
from campaign.exports.models import SUBSCRIBERS, Export
from campaign.exports.operations import drop_export, request_export, start_again
from campaign.exports.queries import export_by_id, remove_files, subscriber_exports
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.subscribers.queries import subscriber_imports
from campaign.organisations.identity import organisation_names
from campaign.organisations.queries import organisations_among
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import unchosen
from campaign.organize.core.identity import causes_where, organisations_where, organizer
from campaign.organize.exports.files import render_file, send_file
from campaign.organize.exports.forms import label_context
from campaign.process.clock import utcnow
from campaign.subscriptions.models import SubscriptionScope

IMPORT_STATES = {
    "open": _l("not checked yet"),
    "checking": _l("in progress"),
    "checked": _l("checked"),
    "importing": _l("in progress"),
    "imported": _l("imported"),
    "undoing": _l("in progress"),
    "undone": _l("undone"),
}
FORMATS = {
    "csv": _l("CSV, for spreadsheets"),
    "jsonl": _l("JSON Lines, for programs"),
}


# The prefix of an organisation's id in the choices of what people subscribe to.
ALL_CAUSES = "all-"


class CauseForm(FlaskForm):
    """The cause whose subscribers are meant, or all causes of an organisation."""

    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])

    def offer(self, action: str) -> Self:
        """Offer the causes where the organizer may do `action`. Return the form.

        All causes of an organisation are offered to those who may do it in the organisation.
        """
        choices = [SelectChoice(value, title) for value, title in scope_titles(action).items()]
        self.cause.choices = unchosen(choices, _l("Choose a cause"))
        return self

    @property
    def scope(self) -> SubscriptionScope:
        """The chosen cause, or the organisation whose causes are all chosen."""
        _before, is_all, number = self.cause.data.rpartition(ALL_CAUSES)
        return SubscriptionScope(
            cause_id=None if is_all else int(number),
            organisation_id=int(number) if is_all else None,
        )


class ExportForm(CauseForm):
    """Which subscribers to download, and in which format."""

    format = RadioField(
        _l("Format"),
        choices=[SelectChoice(kind, label) for kind, label in FORMATS.items()],
        default="csv",
    )


blueprint = Blueprint("subscribers", __name__, url_prefix="/subscribers")


def load_export(export_id: int) -> Export | None:
    """Return a file of subscribers, or None."""
    export = export_by_id(export_id)
    return export if export is not None and export.aim == SUBSCRIBERS else None


@blueprint.get("/")
@allowed("subscriptions.export")
def index() -> ResponseReturnValue:
    return _render_page(ExportForm(formdata=None, prefix="export").offer("subscriptions.export"))


@blueprint.post("/export")
@allowed("subscriptions.export")
@fresh
def export() -> ResponseReturnValue:
    """Request a file, which a job makes."""
    form = ExportForm(prefix="export").offer("subscriptions.export")
    if not form.validate():
        return _render_page(form, 422)
    scope, kind = form.scope, form.format.data
    made = act(
        scope_event("subscriptions.ask", **scope, details={"kind": kind}),
        request_export,
        petition_id=None,
        **scope,
        organizer_id=organizer().id,
        kind=kind,
        aim=SUBSCRIBERS,
        purpose="",
        choice={},
        now=utcnow(),
    )
    return redirect(url_for("organize.subscribers.show", export_id=made.id), 303)


@blueprint.get("/files/<int:export_id>")
@allowed("subscriptions.export", load_export)
def show(export: Export) -> ResponseReturnValue:
    return render_file(
        export,
        back=(url_for("organize.subscribers.index"), _("Subscribers")),
        urls={
            name: url_for(f"organize.subscribers.{name}", export_id=export.id)
            for name in ("download", "recreate", "delete")
        },
    )


@blueprint.get("/files/<int:export_id>/download")
@allowed("subscriptions.export", load_export)
@fresh
def download(export: Export) -> ResponseReturnValue:
    return send_file(
        export,
        _audit_event_of("subscriptions.export", export),
        name=SUBSCRIBERS,
        page=url_for("organize.subscribers.show", export_id=export.id),
    )


@blueprint.post("/files/<int:export_id>/again")
@allowed("subscriptions.export", load_export)
@fresh
def recreate(export: Export) -> ResponseReturnValue:
    act(
        _audit_event_of("subscriptions.again", export),
        start_again,
        export_id=export.id,
        now=utcnow(),
    )
    return redirect(url_for("organize.subscribers.show", export_id=export.id), 303)


@blueprint.post("/files/<int:export_id>/delete")
@allowed("subscriptions.export", load_export)
def delete(export: Export) -> ResponseReturnValue:
    """Stop a file that is being made or delete a finished one, with its key."""
    export_id = export.id
    act(_audit_event_of("subscriptions.delete", export), drop_export, export_id=export_id)
    remove_files(export_id)
    flash(_("The file is deleted."), "success")
    return redirect(url_for("organize.subscribers.index"), 303)


def scope_titles(action: str) -> dict[str, str]:
    """Return {value of the form: title} of what the organizer may do `action` with.

    First come all causes of each organisation, then each cause.
    """
    names = organisation_names(g.lang)
    of_organisations = {
        f"{ALL_CAUSES}{organisation.id}": _("All causes of %(name)s", name=names[organisation.id])
        if organisation.id in names
        else _("All causes")
        for organisation in organisations_among(organisations_where(action))
    }
    of_causes = {
        str(cause.id): cause.text(g.lang).title for cause in causes_among(causes_where(action))
    }
    return of_organisations | of_causes


def scope_value(item: Export | SubscriberImport) -> str:
    """Return the value of the form for what a file holds, or what a list is for."""
    return f"{ALL_CAUSES}{item.organisation_id}" if item.cause_id is None else str(item.cause_id)


def scope_event(
    action: str,
    *,
    cause_id: int | None,
    organisation_id: int | None,
    details: dict[str, Any] | None = None,
) -> AuditEvent:
    """Return the AuditEvent of `action` on subscribers of a cause or organisation."""
    on = ("organisation", organisation_id) if organisation_id else None
    return AuditEvent(action, on, cause_id=cause_id, details=details)


def _audit_event_of(action: str, export: Export) -> AuditEvent:
    details = {"export": export.id, "kind": export.kind, "subscribers": export.done}
    return scope_event(
        action,
        cause_id=export.cause_id,
        organisation_id=export.organisation_id,
        details=details,
    )


def _render_page(form: ExportForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "organize/subscribers/index.html",
        form=form,
        exports=subscriber_exports(
            causes_where("subscriptions.export"), organisations_where("subscriptions.export")
        ),
        imports=subscriber_imports(
            causes_where("subscriptions.import"), organisations_where("subscriptions.import")
        ),
        titles=scope_titles("subscriptions.export"),
        scope_value=scope_value,
        import_states=IMPORT_STATES,
        **label_context(),
    ), status
