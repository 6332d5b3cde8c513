"""Import targets and area codes: check a file, import it, undo that. Adds views to `routes`."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.extensions import write
from campaign.imports.tables import FileRefused
from campaign.imports.targets.files import CheckedFile, check_file
from campaign.imports.targets.operations import (
    IMPORT_ACTIONS,
    TargetImportOvertaken,
    drop_import,
    keep_checked,
    may_undo,
    undo_import,
)
from campaign.organisations.queries import organisation_by_slug
from campaign.organize.core.access import accepts_bytes, allowed, megabytes, refuse_large_file
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.identity import SharedByCauses, organizer
from campaign.organize.core.scope import organisation_name
from campaign.organize.targets.forms import UploadForm
from campaign.organize.targets.labels import (
    FIELD_LABELS,
    OUTCOME_LABELS,
    fault_text,
    refusal_text,
)
from campaign.organize.targets.routes import (
    Directory,
    blueprint,
    deciding_cause_id,
    load_directory,
)
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.targets.areas import area_code_count
from campaign.targets.models import TargetImport
from campaign.targets.queries import import_by_id, imports_of
from campaign.text.names import clean_text

MAX_NAME_LENGTH = 200
MAX_FAULTS_SHOWN = 100
MAX_IMPORTS_SHOWN = 20


@dataclass(frozen=True)
class DirectoryImport(SharedByCauses):
    """An import of an organisation."""

    item: TargetImport


def load_import(slug: str, import_id: int) -> DirectoryImport | None:
    """Return an import, or None if the organisation has none with this id."""
    organisation, item = organisation_by_slug(slug), import_by_id(import_id)
    if organisation is None or item is None or item.organisation_id != organisation.id:
        return None
    return DirectoryImport(organisation, deciding_cause_id(organisation), item)


@blueprint.get("/<slug>/import")
@allowed("targets.edit", load_directory)
def upload(directory: Directory) -> ResponseReturnValue:
    return _upload_page("targets", directory, UploadForm(formdata=None))


@blueprint.post("/<slug>/import")
@accepts_bytes("IMPORT_BYTES", refuse_large_file("organize.targets.index"))
@allowed("targets.edit", load_directory)
def upload_list(directory: Directory) -> ResponseReturnValue:
    """Check a file of targets. One without errors is kept until it is imported."""
    return _check_upload("targets", directory)


@blueprint.get("/<slug>/areas")
@allowed("targets.edit", load_directory)
def areas(directory: Directory) -> ResponseReturnValue:
    return _upload_page("areas", directory, UploadForm(formdata=None))


@blueprint.post("/<slug>/areas")
@accepts_bytes("IMPORT_BYTES", refuse_large_file("organize.targets.index"))
@allowed("targets.edit", load_directory)
def upload_areas(directory: Directory) -> ResponseReturnValue:
    """Check a file of postal codes and their areas."""
    return _check_upload("areas", directory)


@blueprint.get("/<slug>/imports/<int:import_id>")
@allowed("targets.edit", load_import)
def show_import(target_import: DirectoryImport) -> ResponseReturnValue:
    """Show what an import would change, or has changed."""
    return render_template(
        "organize/targets/import.html",
        organisation=target_import.organisation,
        name=organisation_name(target_import.organisation),
        item=target_import.item,
        outcome_labels=OUTCOME_LABELS,
        field_labels=FIELD_LABELS,
        may_undo=may_undo(target_import.item),
    )


@blueprint.post("/<slug>/imports/<int:import_id>/accept")
@allowed("targets.edit", load_import)
def accept(target_import: DirectoryImport) -> ResponseReturnValue:
    """Import a checked file, as it was shown. Nothing is imported if that has changed."""
    item = target_import.item
    if item.state != "checked" or item.content is None:
        return _to_import(target_import, item.id)
    checked = _check(item.kind, target_import, item.content)
    if checked.faults or checked.counts != item.counts:
        return _overtaken(target_import)
    try:
        act(
            _event(IMPORT_ACTIONS[item.kind], target_import, checked.counts),
            checked.apply,
            import_id=item.id,
            now=utcnow(),
        )
    except TargetImportOvertaken:
        return _overtaken(target_import)
    flash(_("Imported."), "success")
    return _to_import(target_import, item.id)


@blueprint.post("/<slug>/imports/<int:import_id>/undo")
@allowed("targets.edit", load_import)
def undo(target_import: DirectoryImport) -> ResponseReturnValue:
    try:
        counts = act(
            _event("targets.undo", target_import, {}),
            undo_import,
            import_id=target_import.item.id,
            now=utcnow(),
        )
    except TargetImportOvertaken:
        flash(_("This import can no longer be undone."), "danger")
        return _to_import(target_import, target_import.item.id)
    flash(_("The import is undone."), "success")
    if counts["kept"]:
        flash(
            _("Targets that have been changed or used since then stay as they are: %(num)s.",
              num=counts["kept"]),
            "note",
        )  # fmt: skip
    return _to_import(target_import, target_import.item.id)


@blueprint.post("/<slug>/imports/<int:import_id>/delete")
@allowed("targets.edit", load_import)
def delete_import(target_import: DirectoryImport) -> ResponseReturnValue:
    """Delete a file that was not imported."""
    try:
        write(drop_import, import_id=target_import.item.id)
    except TargetImportOvertaken:
        return _to_import(target_import, target_import.item.id)
    flash(_("The file is deleted."), "success")
    return redirect(url_for("organize.targets.list_all", slug=target_import.organisation.slug), 303)


def _check_upload(kind: str, directory: Directory) -> ResponseReturnValue:
    form = UploadForm()
    if not form.validate():
        return _upload_page(kind, directory, form, status=422)
    content = form.file.data.read()
    try:
        checked = _check(kind, directory, content)
    except FileRefused as refusal:
        form.file.errors = [refusal_text(refusal)]
        return _upload_page(kind, directory, form, status=422)
    if checked.faults:
        form.file.errors = [
            _("Nothing was imported. Correct these lines, then choose the file again.")
        ]
        return _upload_page(kind, directory, form, checked, status=422)
    item = write(
        keep_checked,
        organisation_id=directory.organisation.id,
        organizer_id=organizer().id,
        kind=kind,
        file_name=clean_text(form.file.data.filename, lines=False)[:MAX_NAME_LENGTH],
        content=content,
        counts=checked.counts,
        preview=checked.preview,
        now=utcnow(),
    )
    return _to_import(directory, item.id)


def _check(kind: str, shared: SharedByCauses, content: bytes) -> CheckedFile:
    return check_file(
        kind=kind,
        organisation_id=shared.organisation.id,
        data=content,
        default_lang=site_settings().default_lang,
    )


def _overtaken(target_import: DirectoryImport) -> ResponseReturnValue:
    flash(
        _("Someone changed targets after we checked this file, so we imported nothing. Choose it again."),
        "danger",
    )  # fmt: skip
    return _to_import(target_import, target_import.item.id)


def _event(action: str, shared: SharedByCauses, counts: dict[str, int]) -> AuditEvent:
    return AuditEvent(
        action,
        on=("organisation", shared.organisation.id),
        cause_id=shared.cause_id,
        details=dict(counts),
    )


def _upload_page(
    kind: str,
    directory: Directory,
    form: UploadForm,
    checked: CheckedFile | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    faults = checked.faults if checked else []
    return render_template(
        "organize/targets/upload.html",
        organisation=directory.organisation,
        name=organisation_name(directory.organisation),
        kind=kind,
        form=form,
        faults=[(fault.line, fault_text(fault)) for fault in faults[:MAX_FAULTS_SHOWN]],
        fault_count=len(faults),
        code_count=area_code_count(directory.organisation.id) if kind == "areas" else 0,
        imports=_imports(kind, directory),
        max_megabytes=megabytes("IMPORT_BYTES"),
    ), status


def _imports(kind: str, directory: Directory) -> list[TargetImport]:
    items = imports_of(directory.organisation.id, limit=MAX_IMPORTS_SHOWN)
    return [item for item in items if item.kind == kind]


def _to_import(shared: SharedByCauses, import_id: Any) -> ResponseReturnValue:
    return redirect(
        url_for("organize.targets.show_import", slug=shared.organisation.slug, import_id=import_id),
        303,
    )
