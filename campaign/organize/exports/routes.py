"""Export signatures: the purpose, the selection, and the files that are made."""

from collections.abc import Iterable
from typing import Any, cast

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.exports.models import AIMS, Export
from campaign.exports.operations import (
    drop_export,
    remember_choice,
    request_export,
    start_again,
)
from campaign.exports.queries import (
    choice_of,
    export_by_id,
    exports_of,
    remove_files,
)
from campaign.exports.signature_table import SignatureTable
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.identity import organizer
from campaign.organize.core.scope import (
    PetitionSummary,
    load_petition,
    petition_summary,
    petitions_where,
)
from campaign.organize.exports.files import render_file, send_file
from campaign.organize.exports.forms import ExportForm, label_context
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.counting.statistics import counted_without_data

blueprint = Blueprint("exports", __name__, url_prefix="/exports")


def load_export(export_id: int) -> Export | None:
    """Return an export of signatures, or None."""
    export = export_by_id(export_id)
    return export if export is not None and export.petition_id is not None else None


@blueprint.get("/")
@allowed("signatures.export")
def index() -> ResponseReturnValue:
    petitions = petitions_where("signatures.export")
    if len(petitions) == 1:
        return redirect(url_for("organize.exports.petition", slug=petitions[0].slug))
    return _list("organize/exports/index.html", petitions, petitions=petitions)


@blueprint.get("/<slug>")
@allowed("signatures.export", load_petition)
def petition(petition: Petition) -> ResponseReturnValue:
    summary = petition_summary(petition)
    has_others = len(petitions_where("signatures.export")) > 1
    return _list(
        "organize/exports/petition.html", [summary], petition=summary, has_others=has_others
    )


@blueprint.get("/<slug>/new")
@allowed("signatures.export", load_petition)
@fresh
def new(petition: Petition) -> ResponseReturnValue:
    aim = _aim()
    chosen = (
        choice_of(organizer().id, petition.id, aim) if request.args.get("usual") is None else None
    )
    return _render_form(
        petition, aim, ExportForm.begin(aim, petition, chosen), is_remembered=chosen is not None
    )


@blueprint.post("/<slug>/new")
@allowed("signatures.export", load_petition)
@fresh
def create(petition: Petition) -> ResponseReturnValue:
    aim = _aim()
    form = ExportForm(aim, petition)
    if not form.validate():
        return _render_form(petition, aim, form, 422)
    selection, petition_id, cause_id = form.selection(petition.id), petition.id, petition.cause_id
    request_values = {
        "petition_id": petition_id,
        "aim": aim,
        "kind": form.kind.data,
        "choice": selection.to_json(),
    }
    details = {
        "kind": form.kind.data,
        "aim": aim,
        "columns": list(selection.columns),
        "signatures": SignatureTable(selection, []).total(),
    }
    audit_event = AuditEvent(
        "exports.ask",
        on=("petition", petition_id),
        cause_id=cause_id,
        reason=form.purpose.data,
        details=details,
    )
    export = act(
        audit_event,
        _ask,
        cause_id=cause_id,
        organizer_id=organizer().id,
        purpose=form.purpose.data,
        now=utcnow(),
        **request_values,
    )
    return redirect(url_for("organize.exports.show", export_id=export.id), 303)


@blueprint.get("/files/<int:export_id>")
@allowed("signatures.export", load_export)
def show(export: Export) -> ResponseReturnValue:
    petition = petition_summary(cast(Petition, export.petition))
    return render_file(
        export,
        erased=counted_without_data(petition.id),
        back=(url_for("organize.exports.petition", slug=petition.slug), petition.title),
        urls={
            name: url_for(f"organize.exports.{name}", export_id=export.id)
            for name in ("download", "recreate", "delete")
        },
    )


@blueprint.get("/files/<int:export_id>/download")
@allowed("signatures.export", load_export)
@fresh
def download(export: Export) -> ResponseReturnValue:
    return send_file(
        export,
        _audit_event_of("exports.download", export),
        name=cast(Petition, export.petition).slug,
        page=url_for("organize.exports.show", export_id=export.id),
    )


@blueprint.post("/files/<int:export_id>/again")
@allowed("signatures.export", load_export)
@fresh
def recreate(export: Export) -> ResponseReturnValue:
    act(_audit_event_of("exports.again", export), start_again, export_id=export.id, now=utcnow())
    return redirect(url_for("organize.exports.show", export_id=export.id), 303)


@blueprint.post("/files/<int:export_id>/delete")
@allowed("signatures.export", load_export)
def delete(export: Export) -> ResponseReturnValue:
    """Stop a file that is being made or delete a finished one, with its key."""
    is_over = export.state in ("ready", "failed")
    export_id, slug = export.id, cast(Petition, export.petition).slug
    act(
        _audit_event_of("exports.delete" if is_over else "exports.cancel", export),
        drop_export,
        export_id=export_id,
    )
    remove_files(export_id)
    flash(_("The file is deleted.") if is_over else _("Stopped. The file was deleted."), "success")
    return redirect(url_for("organize.exports.petition", slug=slug), 303)


def _ask(
    *,
    organizer_id: int,
    petition_id: int,
    aim: str,
    kind: str,
    choice: dict[str, Any],
    **named: Any,
) -> Export:
    remember_choice(
        organizer_id=organizer_id, petition_id=petition_id, aim=aim, kind=kind, choice=choice
    )
    return request_export(
        organizer_id=organizer_id,
        petition_id=petition_id,
        aim=aim,
        kind=kind,
        choice=choice,
        **named,
    )


def _audit_event_of(action: str, export: Export) -> AuditEvent:
    details = {"export": export.id, "kind": export.kind, "signatures": export.done}
    return AuditEvent(
        action,
        on=("petition", export.petition_id),
        cause_id=export.cause_id,
        reason=export.purpose,
        details=details,
    )


def _aim() -> str:
    aim = request.args.get("aim")
    if aim not in AIMS:
        abort(404)
    return aim


def _list(template: str, summaries: Iterable[PetitionSummary], **named: Any) -> ResponseReturnValue:
    """List the files of petitions. A list shows no names but those of organizers."""
    titles = {summary.id: summary.title for summary in summaries}
    return render_template(
        template, exports=exports_of(list(titles)), titles=titles, **named, **label_context()
    )


def _render_form(
    petition: Petition,
    aim: str,
    form: ExportForm,
    status: int = 200,
    *,
    is_remembered: bool = False,
) -> ResponseReturnValue:
    page = render_template(
        "organize/exports/new.html",
        petition=petition_summary(petition),
        aim=aim,
        form=form,
        is_remembered=is_remembered,
        **label_context(),
    )
    return page, status
