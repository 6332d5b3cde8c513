"""Import a list of subscribers: store the file, check it, import it, undo that.

Adds views to the blueprint of subscribers.py. Everything that takes longer than storing the file is
done by a job.
"""

from collections.abc import Sequence
from contextlib import suppress
from secrets import token_hex
from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField

from campaign.extensions import write
from campaign.files.scratch import scratch_folder
from campaign.files.storage import FilesUnavailable
from campaign.health.disk_checks import reserve_space
from campaign.imports.subscribers.jobs import WRONG
from campaign.imports.subscribers.models import WITH_FILE, SubscriberImport
from campaign.imports.subscribers.operations import (
    SubscriberImportOvertaken,
    accept_import,
    check_import,
    drop_import,
    note_file,
    open_import,
    undo_import,
)
from campaign.imports.subscribers.queries import (
    import_by_id,
    key_for,
    list_files,
    opened_list,
    remove_file,
)
from campaign.imports.subscribers.reading import (
    HEADINGS,
    ColumnsMissing,
    SubscriberList,
    missing_columns,
)
from campaign.imports.tables import UNCLOSED, FileRefused
from campaign.organize.core.access import (
    accepts_bytes,
    allowed,
    fresh,
    megabytes,
    refuse_large_file,
)
from campaign.organize.core.audit import act
from campaign.organize.core.fields import ChosenFileField
from campaign.organize.core.identity import organizer
from campaign.organize.imports.labels import ROW_FAULTS, ROW_TOO_LONG
from campaign.organize.mail.subscribers import (
    CauseForm,
    blueprint,
    scope_event,
    scope_titles,
    scope_value,
)
from campaign.process.clock import utcnow
from campaign.security.sealed_files import SealBroken, Sealer
from campaign.subscriptions.importing import NEW, Subscriber
from campaign.text.names import clean_text

PIECE_BYTES = 1024 * 1024
POLL_SECONDS = 2
MAX_NAME_LENGTH = 120
OUTCOME_LABELS = {
    NEW: _l("New"),
    "known": _l("Already subscribed, or we already asked them"),
    "ended": _l("Unsubscribed, or did not answer when we asked"),
    "suppressed": _l("On the do-not-email list"),
    "undeliverable": _l("The address does not accept email"),
    "duplicate": _l("Listed twice in the file"),
    "inactive": _l("Not active in the file"),
    WRONG: _l("Left out because of an error"),
}
REFUSED = {
    "empty": _l("This file has no header row. Export the list again as CSV."),
    "not_text": _l("This is not a CSV file. Save the list as CSV first."),
    "too_many_rows": _l("This list has more than a million rows. Split it into parts."),
    "row_too_long": ROW_TOO_LONG,
    UNCLOSED: ROW_TOO_LONG,
    "no_room": _l("The server’s disk is full. Free some space, then choose the file again."),
    "no_storage": _l("The file storage is not responding. In a minute, choose the file again."),
    "broken": _l("The file is no longer available. Choose it again."),
}
CHOOSE_COLUMN = _l("Choose the column of the file.")


class ListForm(CauseForm):
    """For which cause or organisation a list is, and on what ground we may email its people."""

    consent = RadioField(
        _l("Consent"),
        choices=[
            SelectChoice("consent", _l("Each person on the list has already agreed")),
            SelectChoice("ask", _l("Ask each person once, by email")),
        ],
        default="consent",
        name="way",
    )

    @property
    def asks(self) -> bool:
        """Whether people are asked for their consent."""
        return bool(self.consent.data == "ask")


class UploadForm(ListForm):
    """A list of people."""

    file = ChosenFileField(_l("File"))


class ColumnsForm(ListForm):
    """What the columns of a list hold."""

    column_email = SelectField(_l("Email"), validate_choice=False)
    column_lang = SelectField(_l("Language"), validate_choice=False)
    column_frequency = SelectField(_l("How often"), validate_choice=False)
    column_state = SelectField(_l("Status"), validate_choice=False)
    column_consent_at = SelectField(_l("Date of the consent"), validate_choice=False)
    column_consent_text = SelectField(_l("Consent text"), validate_choice=False)
    column_consent_version = SelectField(_l("Version of the consent text"), validate_choice=False)
    column_evidence = SelectField(_l("How the consent was given"), validate_choice=False)

    @classmethod
    def begin(cls, item: SubscriberImport) -> "ColumnsForm":
        """Return the form with what was chosen for an import."""
        chosen = {f"column_{name}": heading for name, heading in item.columns.items()}
        return cls(
            formdata=None,
            cause=scope_value(item),
            consent="ask" if item.asks else "consent",
            **chosen,
        )

    def offer_columns(self, header: Sequence[str]) -> "ColumnsForm":
        """Offer the headings of the file for each field. Return the form."""
        for name in HEADINGS:
            self[f"column_{name}"].choices = [
                SelectChoice("", _("Not used")),
                *(SelectChoice(heading, heading) for heading in dict.fromkeys(header) if heading),
            ]
        self.header = header
        return self

    header: Sequence[str] = ()

    @property
    def chosen_columns(self) -> dict[str, str]:
        """The columns as {field: heading}."""
        chosen = {name: self[f"column_{name}"].data or "" for name in HEADINGS}
        return {name: heading for name, heading in chosen.items() if heading in self.header}

    def show_missing(self) -> bool:
        """Show an error at each field that needs a column. Return whether there is one."""
        missing = missing_columns(self.chosen_columns, asks=self.asks)
        for name in missing:
            self[f"column_{name}"].errors = [CHOOSE_COLUMN]
        return bool(missing)


def load_import(import_id: int) -> SubscriberImport | None:
    return import_by_id(import_id)


@blueprint.get("/import")
@allowed("subscriptions.import")
def upload() -> ResponseReturnValue:
    return _render_upload(UploadForm(formdata=None).offer("subscriptions.import"))


@blueprint.post("/import")
@accepts_bytes("IMPORT_BYTES", refuse_large_file("organize.subscribers.upload"))
@allowed("subscriptions.import")
@fresh
def upload_file() -> ResponseReturnValue:
    """Store the file, and queue its check if its columns are known."""
    form = UploadForm().offer("subscriptions.import")
    if not form.validate():
        return _render_upload(form, 422)
    stream = form.file.data.stream
    try:
        # As long as this object exists, the stream stays open.
        subscribers = SubscriberList(stream)
    except FileRefused as error:
        form.file.errors = [REFUSED[error.code]]
        return _render_upload(form, 422)
    columns = subscribers.columns
    item = write(
        open_import,
        **form.scope,
        organizer_id=organizer().id,
        asks=form.asks,
        name=clean_text(form.file.data.filename, lines=False)[:MAX_NAME_LENGTH],
        header=subscribers.header,
        columns=columns,
    )
    try:
        _store(item, stream)
    except (OSError, FilesUnavailable) as error:
        remove_file(item.id, current_app.config)
        write(drop_import, import_id=item.id)
        is_away = isinstance(error, FilesUnavailable)
        form.file.errors = [REFUSED["no_storage" if is_away else "no_room"]]
        return _render_upload(form, 422)
    if not missing_columns(columns, asks=form.asks):
        write(
            check_import,
            import_id=item.id,
            **form.scope,
            asks=form.asks,
            columns=columns,
        )
    return _to_page(item)


@blueprint.get("/imports/<int:import_id>")
@allowed("subscriptions.import", load_import)
def show_import(item: SubscriberImport) -> ResponseReturnValue:
    """Show how far the work is, then what happens with each line, or has happened."""
    if "progress" in request.args:
        state = "working" if item.is_working else "ready"
        return jsonify(state=state, progress=item.percent, words=_how_far(item))
    form = ColumnsForm.begin(item).offer("subscriptions.import").offer_columns(item.header)
    if item.state == "open":
        form.show_missing()
    return _render_import(item, form)


@blueprint.post("/imports/<int:import_id>/check")
@allowed("subscriptions.import", load_import)
@fresh
def check(item: SubscriberImport) -> ResponseReturnValue:
    """Queue a check of the file with the chosen columns."""
    form = ColumnsForm().offer("subscriptions.import").offer_columns(item.header)
    if not form.validate() or form.show_missing():
        return _render_import(item, form, 422)
    with suppress(SubscriberImportOvertaken):
        write(
            check_import,
            import_id=item.id,
            **form.scope,
            asks=form.asks,
            columns=form.chosen_columns,
        )
    return _to_page(item)


@blueprint.post("/imports/<int:import_id>/accept")
@allowed("subscriptions.import", load_import)
@fresh
def accept(item: SubscriberImport) -> ResponseReturnValue:
    """Queue the import of a checked list."""
    return _change(item, "subscriptions.import", accept_import)


@blueprint.post("/imports/<int:import_id>/undo")
@allowed("subscriptions.import", load_import)
@fresh
def undo(item: SubscriberImport) -> ResponseReturnValue:
    """Queue the removal of those who were imported, or stop the import."""
    return _change(item, "subscriptions.undo", undo_import)


@blueprint.post("/imports/<int:import_id>/delete")
@allowed("subscriptions.import", load_import)
def delete_import(item: SubscriberImport) -> ResponseReturnValue:
    """Delete a list from which nothing was imported, and its file."""
    import_id = item.id
    try:
        write(drop_import, import_id=import_id)
    except SubscriberImportOvertaken:
        return _to_page(item)
    remove_file(import_id, current_app.config)
    flash(_("The file is deleted."), "success")
    return redirect(url_for("organize.subscribers.index"), 303)


def _change(item: SubscriberImport, action: str, operation: Any) -> ResponseReturnValue:
    event = scope_event(
        action,
        cause_id=item.cause_id,
        organisation_id=item.organisation_id,
        details={"import": item.id, "asked": item.asks, **item.counts},
    )
    # Someone else was faster. The page shows what happened.
    with suppress(SubscriberImportOvertaken):
        act(event, operation, import_id=item.id)
    return _to_page(item)


def _store(item: SubscriberImport, stream: Any) -> None:
    """Encrypt the file, and store it. Raises OSError, FilesUnavailable."""
    settings = current_app.config
    reserve_space(settings["VAR_DIR"])
    draft = scratch_folder(settings) / f"list-{item.id}.{token_hex(4)}"
    size = 0
    stream.seek(0)
    try:
        with Sealer(draft, key_for(item, settings)) as sealer:
            while data := stream.read(PIECE_BYTES):
                sealer.write(data)
                size += len(data)
            frames = sealer.finish()
        list_files(settings).put(item.file_name, draft)
    finally:
        draft.unlink(missing_ok=True)
    write(note_file, item.id, frames=frames, size=size)
    item.size = size


def _to_page(item: SubscriberImport) -> ResponseReturnValue:
    return redirect(url_for("organize.subscribers.show_import", import_id=item.id), 303)


def _preview(item: SubscriberImport) -> list[Subscriber]:
    """Return the first good lines of a checked file."""
    if item.state != "checked":
        return []
    try:
        with opened_list(item, current_app.config) as (subscribers, _reader):
            return subscribers.preview(asks=item.asks, now=utcnow())
    except (FileNotFoundError, FilesUnavailable, SealBroken, FileRefused, ColumnsMissing):
        return []


def _how_far(item: SubscriberImport) -> str:
    if item.state == "checking":
        return _("We are checking the file: %(percent)s%%", percent=item.percent)
    if item.state == "importing":
        return _("Import in progress: %(percent)s%%", percent=item.percent)
    return _("We are undoing the import.")


def _render_upload(form: UploadForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "organize/subscribers/upload.html", form=form, max_megabytes=megabytes("IMPORT_BYTES")
    ), status


def _render_import(
    item: SubscriberImport, form: ColumnsForm, status: int = 200
) -> ResponseReturnValue:
    return render_template(
        "organize/subscribers/import.html",
        item=item,
        form=form,
        columns=[form[f"column_{name}"] for name in HEADINGS],
        labels=OUTCOME_LABELS,
        errors=[(line, _error_text(code)) for line, code in item.errors],
        refusal=REFUSED.get(item.error_code),
        sample=_preview(item),
        has_file=item.state in WITH_FILE,
        cause_title=scope_titles("subscriptions.import").get(scope_value(item), ""),
        how_far=_how_far(item),
        seconds=POLL_SECONDS,
    ), status


def _error_text(code: str) -> str:
    if code in ROW_FAULTS:
        return str(ROW_FAULTS[code])
    if code.startswith("email_"):
        return _("The email address is not complete or not valid.")
    if code == "consent_at":
        return _("The date of the consent is missing, not valid, or in the future.")
    return (
        _("The consent text is missing.")
        if "missing" in code
        else _("The text in one cell is too long.")
    )
