"""Subscribers: download them with their consents, and import others, after a check of the file."""

import io
import zlib
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken
from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from campaign.causes.queries import causes_among
from campaign.exports.formats import FORMATS
from campaign.exports.subscribers import subscriber_file
from campaign.extensions import write
from campaign.imports.subscribers import (
    HEADINGS,
    ColumnsMissing,
    ListRefused,
    Result,
    SubscriberList,
)
from campaign.organisations.identity import organisation_names
from campaign.organisations.queries import organisations_among
from campaign.organize.core.access import accepts_bytes, allowed, fresh
from campaign.organize.core.audit import AuditEvent, log_view
from campaign.organize.core.fields import unchosen
from campaign.organize.core.identity import actor, causes_where, organisations_where, organizer
from campaign.process.clock import utcnow
from campaign.security.secret_key import secret_key
from campaign.subscriptions.importing import NEW, Subscriber, import_subscribers, outcomes_of

# Larger lists are imported with a command.
MAX_BYTES, MAX_ROWS = 1024 * 1024, 20_000
# The checked file travels in the page, compressed and encrypted. A field may have 500,000 bytes.
MAX_SEALED_BYTES = 450_000
SEALED_FOR = timedelta(hours=1)
OUTCOME_LABELS = {
    NEW: _l("New"),
    "known": _l("Already subscribed, or asked"),
    "ended": _l("Unsubscribed, or did not answer when we asked"),
    "suppressed": _l("On the do-not-email list"),
    "undeliverable": _l("The address does not accept email"),
    "duplicate": _l("Listed twice in the file"),
    "inactive": _l("Not active in the file"),
}
REFUSED = {
    "empty": _l("This file has no header row. Export the list again as CSV."),
    "not_text": _l("This is not a CSV file. Save the list as CSV first."),
    "too_many_rows": _l("This list has more than 20,000 rows. Split it into parts."),
    "too_large": _l("This file is too large. Split it into parts."),
}
# Before the id of an organisation, in the choices of what people subscribe to.
ALL_CAUSES = "all-"
CHOOSE_COLUMN = _l("Choose the column of the file.")


class _ForCause(FlaskForm):
    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])

    def offer(self, action: str) -> Self:
        """Offer the causes where the organizer may do `action`; return the form.

        All causes of an organisation are offered to those who may do it in the organisation.
        """
        names = organisation_names(g.lang)
        of_organisations = [
            SelectChoice(
                f"{ALL_CAUSES}{organisation.id}",
                _("All causes of %(name)s", name=names[organisation.id])
                if names
                else _("All causes"),
            )
            for organisation in organisations_among(organisations_where(action))
        ]
        of_causes = [
            SelectChoice(str(cause.id), cause.text(g.lang).title)
            for cause in causes_among(causes_where(action))
        ]
        self.cause.choices = unchosen([*of_organisations, *of_causes], _l("Choose a cause"))
        return self

    @property
    def place(self) -> dict[str, int | None]:
        """The chosen cause, or the organisation of which all causes are chosen."""
        _before, is_all, number = self.cause.data.rpartition(ALL_CAUSES)
        organisation_id = int(number) if is_all else None
        return {
            "cause_id": None if is_all else int(self.cause.data),
            "organisation_id": organisation_id,
        }

    def event(self, action: str, details: dict[str, Any] | None = None) -> AuditEvent:
        """Return what the activity log records of `action` on the chosen list."""
        cause_id, organisation_id = self.place.values()
        on = ("organisation", organisation_id) if organisation_id else None
        return AuditEvent(action, on, cause_id=cause_id, details=details)


class ExportForm(_ForCause):
    """Which subscribers to download, and in which format."""

    format = RadioField(
        _l("Format"),
        choices=[
            SelectChoice("csv", _l("CSV, for spreadsheets")),
            SelectChoice("jsonl", _l("JSON Lines, for programs")),
        ],
        default="csv",
    )


class ImportForm(_ForCause):
    """A list of people, on what ground we may email them, and what its columns hold.

    Once the file was checked, `sealed` holds it, so that nobody has to choose it again.
    """

    way = RadioField(
        _l("Consent"),
        choices=[
            SelectChoice("consent", _l("The list has the consent of each person")),
            SelectChoice("ask", _l("Ask each person once, by email")),
        ],
        default="consent",
    )
    file = FileField(_l("File"))
    sealed = HiddenField()
    column_email = SelectField(_l("Email"), validate_choice=False)
    column_lang = SelectField(_l("Language"), validate_choice=False)
    column_frequency = SelectField(_l("How often"), validate_choice=False)
    column_state = SelectField(_l("Status"), validate_choice=False)
    column_consent_at = SelectField(_l("Date of the consent"), validate_choice=False)
    column_consent_text = SelectField(_l("Consent text"), validate_choice=False)
    column_consent_version = SelectField(_l("Version of the consent text"), validate_choice=False)
    column_evidence = SelectField(_l("How the consent was given"), validate_choice=False)

    data_bytes = b""

    @property
    def asks(self) -> bool:
        """Whether people are asked for their consent."""
        return bool(self.way.data == "ask")

    @property
    def chosen_columns(self) -> dict[str, str] | None:
        """The columns as {field: heading}, or None if the form did not show them."""
        if not self.sealed.data:
            return None
        return {name: self[f"column_{name}"].data or "" for name in HEADINGS}

    def show_columns(self, subscribers: SubscriberList) -> None:
        """Offer the headings of the file for each field."""
        for name in HEADINGS:
            field = self[f"column_{name}"]
            field.choices = [
                SelectChoice("", _("Not used")),
                *(SelectChoice(heading, heading) for heading in dict.fromkeys(subscribers.header)),
            ]
            field.data = subscribers.columns.get(name, "")

    def validate(self, extra_validators: object = None) -> bool:
        """Check the fields; `data_bytes` is then the file."""
        valid = super().validate(extra_validators)
        self.data_bytes = self._read_file()
        if not self.data_bytes and not self.file.errors:
            self.file.errors = [_("Choose a file.")]
        return valid and not self.file.errors

    def _read_file(self) -> bytes:
        if self.file.data and self.file.data.filename:
            data: bytes = self.file.data.read(MAX_BYTES + 1)
            self.sealed.data = ""
            if len(data) > MAX_BYTES:
                self.file.errors = [REFUSED["too_large"]]
            return data
        return _unsealed(self.sealed.data or "")


blueprint = Blueprint("subscribers", __name__, url_prefix="/subscribers")


@blueprint.get("/")
@allowed("subscriptions.export")
def index() -> ResponseReturnValue:
    return _render_page(
        ExportForm(formdata=None, prefix="export").offer("subscriptions.export"),
        ImportForm(formdata=None).offer("subscriptions.import"),
    )


@blueprint.post("/export")
@allowed("subscriptions.export")
@fresh
def export() -> ResponseReturnValue:
    form = ExportForm(prefix="export").offer("subscriptions.export")
    if not form.validate():
        return _render_page(form, ImportForm(formdata=None).offer("subscriptions.import"), 422)
    kind = form.format.data
    log_view(form.event("subscriptions.export"))
    cause_id, organisation_id = form.place.values()
    pieces = subscriber_file(kind=kind, cause_id=cause_id, organisation_id=organisation_id)
    response = Response(pieces, mimetype=FORMATS[kind].media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"subscribers.{kind}")
    return response


def _refuse_large() -> ResponseReturnValue:
    flash(REFUSED["too_large"], "danger")
    return redirect(url_for("organize.subscribers.index"), 303)


@blueprint.post("/import")
@accepts_bytes(2 * MAX_BYTES, _refuse_large)
@allowed("subscriptions.import")
@fresh
def take() -> ResponseReturnValue:
    """Check the file, and import it if the button for that was pressed."""
    form = ImportForm().offer("subscriptions.import")
    if not form.validate():
        return _render_page(
            ExportForm(formdata=None, prefix="export").offer("subscriptions.export"), form, 422
        )
    is_import = request.form.get("press") == "import"
    try:
        subscribers = SubscriberList(io.BytesIO(form.data_bytes), form.chosen_columns)
        form.show_columns(subscribers)
        sealed = _sealed(form.data_bytes)
        if len(sealed) > MAX_SEALED_BYTES:
            raise ListRefused("too_large")
        form.sealed.data = sealed
        # The whole file is checked before anything of it is imported.
        result = _go_through(form, subscribers, imports=False)
    except ColumnsMissing as error:
        for name in error.fields:
            form[f"column_{name}"].errors = [CHOOSE_COLUMN]
        return _check_page(form, None, 422)
    except ListRefused as error:
        form.file.errors = [REFUSED[error.code]]
        return _render_page(
            ExportForm(formdata=None, prefix="export").offer("subscriptions.export"), form, 422
        )
    if not is_import:
        return _check_page(form, result)
    subscribers = SubscriberList(io.BytesIO(form.data_bytes), form.chosen_columns)
    result = _go_through(form, subscribers, imports=True)
    event = form.event("subscriptions.import", {"asked": form.asks, **result.outcomes})
    who = actor()
    write(lambda: event.record_entry(who, None))
    new = result.outcomes[NEW]
    flash(
        ngettext("We ask %(num)s person by email.", "We ask %(num)s people by email.", new)
        if form.asks
        else ngettext("Imported %(num)s subscriber.", "Imported %(num)s subscribers.", new),
        "success",
    )
    return redirect(url_for("organize.subscribers.index"), 303)


def _go_through(form: ImportForm, subscribers: SubscriberList, *, imports: bool) -> Result:
    now, place, asks = utcnow(), form.place, form.asks

    def check(batch: list[Subscriber]) -> list[str]:
        return outcomes_of(batch, **place)

    def add(batch: list[Subscriber]) -> list[str]:
        outcomes: list[str] = write(
            import_subscribers, subscribers=batch, asks=asks, now=now, **place
        )
        return outcomes

    return subscribers.go_through(
        add if imports else check, asks=form.asks, now=now, max_rows=MAX_ROWS
    )


def _check_page(form: ImportForm, result: Result | None, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "organize/subscribers/check.html",
        form=form,
        result=result,
        columns=[form[f"column_{name}"] for name in HEADINGS],
        labels=OUTCOME_LABELS,
        errors=[(line, _error_text(code)) for line, code in result.errors] if result else [],
        new=result.outcomes[NEW] if result else 0,
    ), status


def _error_text(code: str) -> str:
    if code.startswith("email_"):
        return _("The email address is not complete or not valid.")
    if code == "consent_at":
        return _("The date of the consent is missing, not valid, or in the future.")
    return _("The consent text is missing.") if "missing" in code else _("A text is too long.")


def _render_page(
    exporting: ExportForm, importing: ImportForm, status: int = 200
) -> ResponseReturnValue:
    return render_template(
        "organize/subscribers/index.html", exporting=exporting, importing=importing
    ), status


def _sealed(data: bytes) -> str:
    """Return a file encrypted for this organizer, so that no page holds addresses in the open."""
    return _fernet().encrypt(zlib.compress(data)).decode()


def _unsealed(sealed: str) -> bytes:
    """Return the file that `_sealed` encrypted less than an hour ago, or nothing."""
    try:
        return zlib.decompress(
            _fernet().decrypt(sealed.encode(), ttl=int(SEALED_FOR.total_seconds()))
        )
    except (InvalidToken, zlib.error, UnicodeError):
        return b""


def _fernet() -> Fernet:
    purpose = f"subscribers of organizer {organizer().id}\0".encode()
    return Fernet(urlsafe_b64encode(sha256(purpose + secret_key()).digest()))
