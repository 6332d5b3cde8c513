"""An organizer's own account: name, language, password, and open sessions."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from campaign.accounts.factors import unused_recovery_codes
from campaign.accounts.operations import describe, set_password
from campaign.accounts.passwords import HashingBusy, hash_password, matches
from campaign.accounts.rate_limits import TooManyTries, admit_sign_in
from campaign.accounts.sessions import close_session, close_sessions, confirm_session, sessions_of
from campaign.extensions import write
from campaign.i18n.locales import locale_of
from campaign.organize.auth.forms import FormOfOrganizer
from campaign.organize.auth.sessions import busy_sentence, later, passkeys_work, safe_next
from campaign.organize.core.access import own_account
from campaign.organize.core.audit import AuditEvent, act, act_on_account
from campaign.organize.core.fields import (
    INTERFACE_CHOICES,
    CodeField,
    NewPasswordField,
    OrganizerNameField,
)
from campaign.organize.core.identity import organizer
from campaign.process.clock import utcnow


class OrganizerForm(FlaskForm):
    """Name and language."""

    name = OrganizerNameField(_l("Your name"))
    lang = SelectField(_l("Language of your pages and emails"), choices=INTERFACE_CHOICES)


class ConfirmForm(FlaskForm):
    """The password, before a sensitive step."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])


class ChangePasswordForm(FormOfOrganizer):
    """The current password and a new one."""

    present = PasswordField(
        _l("Current password"), [InputRequired(_l("Enter your current password."))]
    )
    password = NewPasswordField(_l("New password"))


class AppForm(FlaskForm):
    """A code of the authenticator app."""

    code = CodeField(_l("Code from the app"))


class PasskeyForm(FlaskForm):
    """The name of a new passkey."""

    name = StringField(
        _l("Name of this passkey"),
        [Length(max=80, message=_l("This is too long. Make it shorter."))],
    )


blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@own_account
def index() -> ResponseReturnValue:
    who = organizer()
    return _render_page(OrganizerForm(formdata=None, data={"name": who.name, "lang": who.lang}))


@blueprint.post("")
@own_account
def change() -> ResponseReturnValue:
    form = OrganizerForm()
    if not form.validate():
        return _render_page(form, 422)
    who, values = organizer(), {"name": form.name.data, "lang": form.lang.data}
    if form.name.data == who.name:
        write(describe, organizer_id=who.id, **values)
    else:
        # The activity log shows all their past actions under the new name, so record the old one.
        audit_event = AuditEvent(
            "account.name", on=("organizer", who.id), details={"was_called": who.called}
        )
        act(audit_event, describe, organizer_id=who.id, **values)
    # Show the message in the language just chosen.
    with force_locale(locale_of(form.lang.data)):
        flash(_("Saved."), "success")
    return redirect(url_for("organize.account.index"), 303)


@blueprint.get("/password")
@own_account
def password() -> ResponseReturnValue:
    return _password_page(ChangePasswordForm(organizer(), formdata=None))


@blueprint.post("/password")
@own_account
def change_password() -> ResponseReturnValue:
    who = organizer()
    form = ChangePasswordForm(who)
    try:
        if not form.validate() or not _is_right(form, form.present):
            return _password_page(form, 422)
        password_hash = hash_password(form.password.data)
    except HashingBusy as busy:
        form.form_errors.append(busy_sentence())
        return later(_password_page(form, busy.status))
    act_on_account(
        "account.password",
        set_password,
        organizer_id=who.id,
        password_hash=password_hash,
        except_session=g.organizer_session.id,
        details={"way": "changed"},
    )
    flash(_("Password changed. You are signed out everywhere else."), "success")
    return redirect(url_for("organize.account.index"), 303)


@blueprint.get("/confirm")
@own_account
def confirm() -> ResponseReturnValue:
    return _confirm_page(ConfirmForm(formdata=None))


@blueprint.post("/confirm")
@own_account
def confirmed() -> ResponseReturnValue:
    """Check the password again before a sensitive step."""
    form = ConfirmForm()
    try:
        if not form.validate() or not _is_right(form, form.password):
            return _confirm_page(form, 422)
    except HashingBusy as busy:
        form.form_errors.append(busy_sentence())
        return later(_confirm_page(form, busy.status))
    write(confirm_session, session_id=g.organizer_session.id, now=utcnow())
    return redirect(safe_next(request.args.get("next")), 303)


@blueprint.post("/sessions/<int:session_id>/close")
@own_account
def close(session_id: int) -> ResponseReturnValue:
    who = organizer().id
    act(
        AuditEvent("account.session_closed", on=("organizer", who)),
        close_session,
        organizer_id=who,
        session_id=session_id,
    )
    flash(_("That device is signed out."), "success")
    return redirect(url_for("organize.account.index") + "#sessions", 303)


@blueprint.post("/sessions/close")
@own_account
def close_others() -> ResponseReturnValue:
    who = organizer().id
    audit_event = AuditEvent("account.session_closed", on=("organizer", who))
    act(audit_event, close_sessions, organizer_id=who, except_session=g.organizer_session.id)
    flash(_("Signed out everywhere else."), "success")
    return redirect(url_for("organize.account.index") + "#sessions", 303)


def _is_right(form: FlaskForm, field: Field) -> bool:
    """Return whether `field` holds the organizer's password and set an error on it if not.

    Tries are rate-limited as at sign-in.
    """
    who = organizer()
    try:
        # A session counts as a known device, so strangers guessing at the account do not lock its
        # owner out. The device cookie cannot be used here, since anyone can make one up.
        admit_sign_in(
            network=None, account=who.email_digest, device=g.organizer_session.token_digest
        )
    except TooManyTries as wait:
        field.errors = [_("Too many attempts. Wait %(minutes)s minutes.", minutes=wait.minutes)]
        return False
    if not matches(who.password_hash, field.data):
        field.errors = [_("Wrong password.")]
        return False
    return True


def _render_page(form: FlaskForm, status: int = 200) -> tuple[str, int]:
    who = organizer()
    return render_template(
        "organize/account/index.html",
        form=form,
        sessions=sessions_of(who.id, utcnow()),
        present_session=g.organizer_session.id,
        codes_left=unused_recovery_codes(who.id),
    ), status


def _password_page(form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template("organize/account/password.html", form=form), status


def _confirm_page(form: FlaskForm, status: int = 200) -> tuple[str, int]:
    has_passkey = bool(organizer().passkeys) and passkeys_work()
    context = {"form": form, "next": request.args.get("next", ""), "passkeys": has_passkey}
    return render_template("organize/account/confirm.html", **context), status
