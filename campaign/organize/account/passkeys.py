"""An organizer's own passkeys: add, remove, and confirm with one before a sensitive step."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from webauthn import options_to_json

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
from campaign.organize.access import fresh, own_account
from campaign.organize.account.second_factor import after_new_factor
from campaign.organize.audited_write import act_on_account
from campaign.organize.auth.devices import described
from campaign.organize.auth.passkey_challenges import here, keep_challenge, take_challenge
from campaign.organize.auth.sessions import safe_next
from campaign.organize.identity import organizer
from campaign.process.clock import utcnow
from campaign.text.names import clean_text

blueprint = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")
MAX_PASSKEYS = 20


@blueprint.post("/options")
@own_account
@fresh
def options() -> ResponseReturnValue:
    chosen = registration_options(here(), organizer())
    keep_challenge(chosen)
    return Response(options_to_json(chosen), mimetype="application/json")


@blueprint.post("")
@own_account
@fresh
def add() -> ResponseReturnValue:
    """Store the passkey that a device has created; return where to go next."""
    words = request.get_json(silent=True)
    words, who, challenge = words if isinstance(words, dict) else {}, organizer(), take_challenge()
    try:
        if challenge is None or len(who.passkeys) >= MAX_PASSKEYS:
            raise PasskeyRefused
        columns = verified_registration(here(), challenge, words.get("answer"))
        name = (
            clean_text(str(words.get("name") or ""), lines=False)[:80]
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


@blueprint.post("/<int:passkey_id>/remove")
@own_account
@fresh
def remove(passkey_id: int) -> ResponseReturnValue:
    who = organizer()
    others = [passkey for passkey in who.passkeys if passkey.id != passkey_id]
    if must_have_second_factor(who) and not others and who.totp_secret is None:
        words = _(
            "Your role needs two-step verification. Set up an app or another passkey before you remove this one."
        )
        flash(words, "danger")
    else:
        act_on_account(
            "account.passkey_removed", remove_passkey, organizer_id=who.id, passkey_id=passkey_id
        )
        flash(_("The passkey was removed."), "success")
    return redirect(url_for("organize.second_factor.index"), 303)


@blueprint.post("/confirm/options")
@own_account
def confirm_options() -> ResponseReturnValue:
    chosen = authentication_options(here(), organizer())
    keep_challenge(chosen)
    return Response(options_to_json(chosen), mimetype="application/json")


@blueprint.post("/confirm")
@own_account
def confirm() -> ResponseReturnValue:
    """Accept a passkey instead of the password before a sensitive step; return where to go next."""
    sent = request.get_json(silent=True)
    sent, challenge = sent if isinstance(sent, dict) else {}, take_challenge()
    shown = {
        "place": here(),
        "challenge": challenge,
        "answer": sent.get("answer"),
        "organizer_id": organizer().id,
    }
    if challenge is None or not write(
        _confirm, session_id=g.organizer_session.id, now=utcnow(), **shown
    ):
        return jsonify(
            error=_("This passkey did not work. Try again, or enter your password.")
        ), 422
    return jsonify(next=safe_next(sent.get("next")))


def _confirm(*, session_id: int, now: datetime, **shown: Any) -> bool:
    is_shown = spend_passkey(now=now, **shown) is not None
    if is_shown:
        confirm_session(session_id=session_id, now=now)
    return is_shown
