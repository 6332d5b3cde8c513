"""Subscribers: files of them with their consents, and the lists that were imported."""

from typing import Any, Self

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from campaign.accounts.permissions import EVERYWHERE
from campaign.causes.queries import causes_among
from campaign.exports.export_queries import export_by_id, remove_files, subscriber_exports
from campaign.exports.models import SUBSCRIBERS, Export
from campaign.exports.operations import drop_export, request_export, start_again
from campaign.exports.subscribers import ALL_CAUSES
from campaign.imports.subscribers.queries import subscriber_imports
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import unchosen
from campaign.organize.core.identity import causes_where, organizer
from campaign.organize.exports.files import render_file, send_file
from campaign.organize.exports.forms import label_context
from campaign.process.clock import utcnow

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


class CauseForm(FlaskForm):
    """The cause whose subscribers are meant, or all causes."""

    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])

    def offer(self, action: str) -> Self:
        """Offer the causes where the organizer may do `action`; return the form.

        Subscriptions to all causes are offered to those who may do it everywhere.
        """
        cause_ids = causes_where(action)
        choices = [
            SelectChoice(str(cause.id), cause.text(g.lang).title)
            for cause in causes_among(cause_ids)
        ]
        if cause_ids is EVERYWHERE:
            choices.insert(0, SelectChoice(ALL_CAUSES, _("All causes")))
        self.cause.choices = unchosen(choices, _l("Choose a cause"))
        return self

    @property
    def cause_id(self) -> int | None:
        """The chosen cause, or None for all causes."""
        return None if self.cause.data == ALL_CAUSES else int(self.cause.data)


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
    cause_id, kind = form.cause_id, form.format.data
    made = act(
        AuditEvent("subscriptions.ask", cause_id=cause_id, details={"kind": kind}),
        request_export,
        petition_id=None,
        cause_id=cause_id,
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
            for name in ("download", "again", "delete")
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
def again(export: Export) -> ResponseReturnValue:
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


def cause_titles(action: str) -> dict[int | None, Any]:
    """Return the titles of the causes where the organizer may do `action`, by their ids.

    None is the key of all causes.
    """
    titles: dict[int | None, Any] = {None: _("All causes")}
    for cause in causes_among(causes_where(action)):
        titles[cause.id] = cause.text(g.lang).title
    return titles


def _audit_event_of(action: str, export: Export) -> AuditEvent:
    details = {"export": export.id, "kind": export.kind, "subscribers": export.done}
    return AuditEvent(action, cause_id=export.cause_id, details=details)


def _render_page(form: ExportForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "organize/subscribers/index.html",
        form=form,
        exports=subscriber_exports(causes_where("subscriptions.export")),
        imports=subscriber_imports(causes_where("subscriptions.import")),
        titles=cause_titles("subscriptions.export"),
        import_states=IMPORT_STATES,
        **label_context(),
    ), status
