"""An organizer's second factor: app codes, passkeys, and recovery codes for when both are lost."""

from datetime import datetime
from typing import Any

import segno
from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from campaign.accounts import tokens
from campaign.accounts.factors import (
    new_recovery_codes,
    new_secret,
    provisioning_uri,
    replace_recovery_codes,
    start_codes,
    step_of,
    stop_codes,
    unused_recovery_codes,
)
from campaign.accounts.models import Organizer
from campaign.accounts.passkeys import (
    PasskeyRefused,
    add_passkey,
    authentication_options,
    registration_options,
    remove_passkey,
    spend_passkey,
    verified_registration,
)
from campaign.accounts.permissions import must_have_second_factor
from campaign.accounts.sessions import confirm_session
from campaign.extensions import write
from campaign.organisations.identity import identities
from campaign.organize.account.routes import AppForm, PasskeyForm
from campaign.organize.auth.sessions import (
    challenge_response,
    described,
    passkeys_work,
    pop_challenge,
    safe_next,
    site_place,
)
from campaign.organize.core.access import fresh, own_account
from campaign.organize.core.audit import act_on_account
from campaign.organize.core.identity import organizer
from campaign.organize.setup.steps import first_page_url
from campaign.process.clock import utcnow
from campaign.text.names import clean_text

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")
SECRET, CODES = "app_secret", "recovery_codes"


@blueprint.get("")
@own_account
@fresh
def index() -> ResponseReturnValue:
    who = organizer()
    return render_template(
        "organize/second_factor/index.html",
        must=must_have_second_factor(who),
        may_stop_codes=_may_lose_one(who),
        codes_left=unused_recovery_codes(who.id),
        passkeys=passkeys_work(),
        form=PasskeyForm(formdata=None),
    )


@blueprint.get("/app")
@own_account
@fresh
def app() -> ResponseReturnValue:
    return _app_page(AppForm(formdata=None))


@blueprint.post("/app")
@own_account
@fresh
def start_app() -> ResponseReturnValue:
    """Require codes of the app from now on, once the user has entered a valid one."""
    who, form, secret = organizer(), AppForm(), _secret()
    if not form.validate():
        return _app_page(form, 422)
    step = step_of(secret, form.code.data, utcnow())
    if step is None:
        form.code.errors = [
            _("That code is not correct. Scan the code again, and check your phone’s clock.")
        ]
        return _app_page(form, 422)
    act_on_account("account.app_added", start_codes, organizer_id=who.id, secret=secret, step=step)
    session.pop(SECRET, None)
    flash(_("You now sign in with your password and a code from the app."), "success")
    return after_new_factor()


@blueprint.post("/app/stop")
@own_account
@fresh
def stop_app() -> ResponseReturnValue:
    who = organizer()
    if not _may_lose_one(who):
        flash(
            _("Your role needs two-step verification. Create a passkey before you remove the app."),
            "danger",
        )
    else:
        act_on_account("account.app_removed", stop_codes, organizer_id=who.id)
        flash(_("Codes from the app are turned off."), "success")
    return redirect(url_for("organize.second_factor.index"), 303)


@blueprint.post("/codes")
@own_account
@fresh
def renew_codes() -> ResponseReturnValue:
    make_codes()
    return redirect(url_for("organize.second_factor.codes"), 303)


@blueprint.get("/codes")
@own_account
@fresh
def codes() -> ResponseReturnValue:
    """Show the new recovery codes until the user says that they are saved."""
    made = _load_sealed(CODES)
    if made is None:
        return redirect(url_for("organize.second_factor.index"), 303)
    return render_template("organize/second_factor/codes.html", codes=_in_groups(made))


@blueprint.get("/codes.txt")
@own_account
@fresh
def download_codes() -> ResponseReturnValue:
    """Send the new recovery codes as a file."""
    made = _load_sealed(CODES)
    if made is None:
        return redirect(url_for("organize.second_factor.index"), 303)
    lines = [
        _("Recovery codes for the account %(email)s", email=organizer().email),
        "",
        *_in_groups(made),
    ]
    response = Response("\r\n".join(lines) + "\r\n", mimetype="text/plain")
    response.headers["Content-Disposition"] = "attachment; filename=recovery-codes.txt"
    return response


@blueprint.post("/codes/kept")
@own_account
def keep_codes() -> ResponseReturnValue:
    session.pop(CODES, None)
    return redirect(first_page_url(), 303)


def after_new_factor() -> BaseResponse:
    """Redirect to new recovery codes if there are none, else back."""
    if unused_recovery_codes(organizer().id):
        return redirect(url_for("organize.second_factor.index"), 303)
    make_codes()
    return redirect(url_for("organize.second_factor.codes"), 303)


def make_codes() -> None:
    """Create recovery codes, and store them for the page that shows them.

    They are encrypted into the session cookie.
    """
    made = new_recovery_codes()
    act_on_account(
        "account.recovery_codes", replace_recovery_codes, organizer_id=organizer().id, codes=made
    )
    _store_sealed(CODES, " ".join(made))


def _in_groups(made: str) -> list[str]:
    """Return the codes of a space-separated text, each in groups of four digits."""
    return [
        " ".join(code[start : start + 4] for start in range(0, len(code), 4))
        for code in made.split()
    ]


def _may_lose_one(who: Organizer) -> bool:
    return bool(who.passkeys) or not must_have_second_factor(who)


def _secret() -> str:
    """Return the secret of the QR code: the same for every open page until the app is set up."""
    secret = _load_sealed(SECRET)
    if secret is None:
        secret = new_secret()
        _store_sealed(SECRET, secret)
    return secret


def _store_sealed(name: str, text: str) -> None:
    """Encrypt text into the session cookie for the current organizer only.

    The next person who signs in at this browser may be someone else.
    """
    session[name] = tokens.seal(f"{organizer().id}:{text}").decode()


def _load_sealed(name: str) -> str | None:
    """Return the text that was stored for the current organizer, or None."""
    sealed = session.get(name)
    owner, _colon, text = ((sealed and tokens.unseal(sealed.encode())) or "").partition(":")
    return text if owner == str(organizer().id) else None


def _site_name() -> str:
    return identities().host.name(g.lang)


def _app_page(form: FlaskForm, status: int = 200) -> tuple[str, int]:
    secret = _secret()
    uri = provisioning_uri(secret, organizer().email, site_name=_site_name())
    # The Content-Security-Policy allows no inline style, and segno needs none. The colours are
    # fixed, since cameras read black on white.
    picture = segno.make(uri, error="m").svg_inline(
        scale=5, border=3, dark="#17110d", light="#fff", omitsize=True
    )
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template(
        "organize/second_factor/app.html",
        form=form,
        picture=Markup(picture),  # noqa: S704 - it holds only modules
        secret=groups,
        uri=uri,
    ), status


passkeys_blueprint = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")
MAX_PASSKEYS = 20


@passkeys_blueprint.post("/options")
@own_account
@fresh
def options() -> ResponseReturnValue:
    chosen = registration_options(site_place(), organizer(), site_name=_site_name())
    return challenge_response(chosen)


@passkeys_blueprint.post("")
@own_account
@fresh
def add() -> ResponseReturnValue:
    """Store the passkey that a device has created and return where to go next."""
    data = request.get_json(silent=True)
    data, who, challenge = data if isinstance(data, dict) else {}, organizer(), pop_challenge()
    try:
        if challenge is None or len(who.passkeys) >= MAX_PASSKEYS:
            raise PasskeyRefused
        columns = verified_registration(site_place(), challenge, data.get("answer"))
        name = (
            clean_text(str(data.get("name") or ""), lines=False)[:80]
            or described(request.user_agent.string)
            or _("Passkey")
        )
        act_on_account(
            "account.passkey_added",
            add_passkey,
            organizer_id=who.id,
            name=name,
            columns=columns,
            now=utcnow(),
        )
    except PasskeyRefused:
        return jsonify(error=_("We could not save this passkey. Please try again.")), 422
    flash(_("Passkey saved. You can now sign in without a password."), "success")
    return jsonify(next=after_new_factor().location)


@passkeys_blueprint.post("/<int:passkey_id>/remove")
@own_account
@fresh
def remove(passkey_id: int) -> ResponseReturnValue:
    who = organizer()
    others = [passkey for passkey in who.passkeys if passkey.id != passkey_id]
    if must_have_second_factor(who) and not others and who.totp_secret is None:
        message = _(
            "Your role needs two-step verification. Set up an app or another passkey before you remove this one."
        )
        flash(message, "danger")
    else:
        act_on_account(
            "account.passkey_removed", remove_passkey, organizer_id=who.id, passkey_id=passkey_id
        )
        flash(_("The passkey was removed."), "success")
    return redirect(url_for("organize.second_factor.index"), 303)


@passkeys_blueprint.post("/confirm/options")
@own_account
def confirm_options() -> ResponseReturnValue:
    chosen = authentication_options(site_place(), organizer())
    return challenge_response(chosen)


@passkeys_blueprint.post("/confirm")
@own_account
def confirm() -> ResponseReturnValue:
    """Accept a passkey instead of the password before a sensitive step. Return where to go next."""
    sent = request.get_json(silent=True)
    sent, challenge = sent if isinstance(sent, dict) else {}, pop_challenge()
    values = {
        "relying_party": site_place(),
        "challenge": challenge,
        "response": sent.get("answer"),
        "organizer_id": organizer().id,
    }
    if challenge is None or not write(
        _confirm, session_id=g.organizer_session.id, now=utcnow(), **values
    ):
        return jsonify(
            error=_("This passkey did not work. Try again, or enter your password.")
        ), 422
    return jsonify(next=safe_next(sent.get("next")))


def _confirm(*, session_id: int, now: datetime, **values: Any) -> bool:
    is_right = spend_passkey(now=now, **values) is not None
    if is_right:
        confirm_session(session_id=session_id, now=now)
    return is_right
