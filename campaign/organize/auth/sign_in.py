"""Sign in to the workspace: with a password and the second factor, or with a passkey."""

from typing import Any, cast

from flask import (
    Blueprint,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.accounts import tokens
from campaign.accounts.factors import spend_code
from campaign.accounts.models import Organizer
from campaign.accounts.passkeys import authentication_options, spend_passkey
from campaign.accounts.passwords import HashingBusy, hash_password, is_outdated, matches
from campaign.accounts.queries import admins, organizer_by_address, organizer_by_id
from campaign.accounts.rate_limits import (
    TooManyTries,
    admit_second_step,
    admit_sign_in,
    count_wrong_password,
)
from campaign.accounts.sessions import close_session
from campaign.extensions import write
from campaign.organize.auth.forms import SecondStepForm, SignInForm
from campaign.organize.auth.sessions import (
    ask_second_step,
    busy_sentence,
    challenge_response,
    complete_sign_in,
    known_device_digest,
    later,
    log_refused,
    open_full_session,
    passkeys_work,
    pop_challenge,
    safe_next,
    site_place,
)
from campaign.organize.core.access import anybody
from campaign.organize.core.identity import drop_session_cookie, half_signed_in, organizer
from campaign.process.clock import utcnow
from campaign.text.email_addresses import Address

blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")


@blueprint.get("")
@anybody
def new() -> ResponseReturnValue:
    if organizer():
        return redirect(safe_next(request.args.get("next")), 303)
    form = SignInForm(formdata=None, data={"next": request.args.get("next", "")})
    return _render_page(form)


@blueprint.post("")
@anybody
def create() -> ResponseReturnValue:
    """Check address and password.

    A wrong password and an unknown address get the same response after the same time.
    """
    form = SignInForm()
    if not form.validate():
        return _render_page(form, 422)
    address = cast(Address, form.email.address).normalized
    account = organizer_by_address(address)
    device = known_device_digest(account.id if account else None)
    try:
        admit_sign_in(
            network=request.remote_addr, account=tokens.email_digest(address), device=device
        )
        is_right = matches(account.password_hash if account else None, form.password.data)
        new_hash = (
            hash_password(form.password.data)
            if account and is_right and is_outdated(cast(str, account.password_hash))
            else None
        )
    except TooManyTries as wait:
        log_refused(account.id if account else None, "pace")
        form.form_errors.append(_too_many(wait))
        return later(_render_page(form, wait.status), wait.minutes * 60)
    except HashingBusy as busy:
        form.form_errors.append(busy_sentence())
        return later(_render_page(form, busy.status))
    if account is None or not is_right:
        count_wrong_password(device=device)
        log_refused(account.id if account else None, "password")
        form.form_errors.append(
            _("Wrong email address or password. Check both, or reset your password.")
        )
        return _render_page(form, 422)
    if new_hash:
        write(_store_hash, account.id, new_hash)
    if account.has_second_factor:
        return ask_second_step(account.id, form.next.data)
    return complete_sign_in(account.id, form.next.data, "password")


@blueprint.get("/second-step")
@anybody
def second_step() -> ResponseReturnValue:
    if half_signed_in() is None:
        return redirect(url_for("organize.sign_in.new", next=request.args.get("next")), 303)
    return _second_page(SecondStepForm(formdata=None, data={"next": request.args.get("next", "")}))


@blueprint.post("/second-step")
@anybody
def take_second_step() -> ResponseReturnValue:
    """Check a code of the app, or a recovery code."""
    account = half_signed_in()
    if account is None:
        flash(_("That took longer than ten minutes. Please start again."), "waiting")
        return redirect(url_for("organize.sign_in.new"), 303)
    form, account_id = SecondStepForm(), account.id
    if not form.validate():
        return _second_page(form, 422)
    try:
        admit_second_step(account=account.email_digest, device=known_device_digest(account_id))
    except TooManyTries as wait:
        log_refused(account_id, "pace")
        form.form_errors.append(_too_many(wait))
        return later(_second_page(form, wait.status), wait.minutes * 60)
    method = write(spend_code, organizer_id=account_id, code=form.code.data, now=utcnow())
    if method is None:
        log_refused(account_id, "code")
        form.code.errors = [
            _("That code did not work. Wait for the next one, and check your phone’s clock.")
        ]
        return _second_page(form, 422)
    if method == "recovery":
        flash(
            _("You used a recovery code. If you lost your phone, set up your app again."), "waiting"
        )
    return complete_sign_in(account_id, form.next.data, method)


@blueprint.post("/out")
@anybody
def sign_out() -> ResponseReturnValue:
    """Sign out of this browser."""
    session = g.organizer_session
    if session is not None:
        write(close_session, organizer_id=session.organizer_id, session_id=session.id)
    flash(_("You are signed out."), "note")
    response = redirect(url_for("organize.sign_in.new"), 303)
    drop_session_cookie(response)
    return response


def _store_hash(organizer_id: int, password_hash: str) -> None:
    organizer_by_id(organizer_id).password_hash = password_hash


def _too_many(wait: TooManyTries) -> str:
    return _(
        "Too many attempts. Wait %(minutes)s minutes, or sign in from a browser you used before.",
        minutes=wait.minutes,
    )


def _render_page(form: FlaskForm, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "organize/sign_in/new.html", form=form, passkeys=passkeys_work(), has_admin=bool(admins())
    )
    return page, status


def _second_page(form: FlaskForm, status: int = 200) -> tuple[str, int]:
    account = cast(Organizer, half_signed_in())
    context = {
        "form": form,
        "has_app": account.totp_secret is not None,
        "passkeys": bool(account.passkeys) and passkeys_work(),
    }
    return render_template("organize/sign_in/second_step.html", **context), status


passkeys_blueprint = Blueprint("passkey_sign_in", __name__, url_prefix="/sign-in/passkey")


@passkeys_blueprint.post("/options")
@anybody
def options() -> ResponseReturnValue:
    chosen = authentication_options(site_place(), half_signed_in())
    return challenge_response(chosen)


@passkeys_blueprint.post("")
@anybody
def show() -> ResponseReturnValue:
    """Check the passkey's answer, sign in, and return where to go next."""
    data = request.get_json(silent=True)
    answer = data.get("answer") if isinstance(data, dict) else None
    challenge, half = pop_challenge(), half_signed_in()
    account = challenge and write(
        spend_passkey,
        relying_party=site_place(),
        challenge=challenge,
        response=answer,
        now=utcnow(),
        organizer_id=half.id if half else None,
    )
    if not account:
        log_refused(half.id if half else None, "passkey")
        return jsonify(
            error=_("That passkey did not work. Try again, or sign in with your password.")
        ), 422
    response = jsonify(next=safe_next(cast(dict[str, Any], data).get("next")))
    open_full_session(response, account, "passkey")
    return response
