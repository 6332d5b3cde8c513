"""One's own passkeys: making them, and throwing them away."""

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from webauthn import options_to_json

from campaign.accounts.passkeys import (
    PasskeyRefused,
    add_passkey,
    registration_options,
    remove_passkey,
    verified_registration,
)
from campaign.accounts.permissions import must_have_second_factor
from campaign.lib.names import clean_text
from campaign.lib.times import utcnow
from campaign.organize.account.second_factor import after_new_factor
from campaign.organize.acts import act_on_account
from campaign.organize.entrance.devices import described
from campaign.organize.entrance.passkey_talk import here, keep_challenge, take_challenge
from campaign.organize.guard import fresh, own_account
from campaign.organize.presence import organizer

blueprint = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")
MOST = 20


@blueprint.post("/options")
@own_account
@fresh
def options():
    chosen = registration_options(here(), organizer())
    keep_challenge(chosen)
    return Response(options_to_json(chosen), mimetype="application/json")


@blueprint.post("")
@own_account
@fresh
def add():
    """Keep the passkey that a device has made; say where to go on."""
    words = request.get_json(silent=True)
    words, who, challenge = words if isinstance(words, dict) else {}, organizer(), take_challenge()
    try:
        if challenge is None or len(who.passkeys) >= MOST:
            raise PasskeyRefused
        columns = verified_registration(here(), challenge, words.get("answer"))
        name = clean_text(str(words.get("name") or ""), lines=False)[:80] or described(request.user_agent.string) or _("Passkey")
        act_on_account(
            "account.passkey_added", add_passkey, organizer_id=who.id, name=name, columns=columns, now=utcnow()
        )
    except PasskeyRefused:
        return jsonify(error=_("This passkey could not be kept. Please try once more.")), 422
    flash(_("The passkey is kept. With it you sign in without a password."), "sure")
    return jsonify(next=after_new_factor().location)


@blueprint.post("/<int:passkey_id>/remove")
@own_account
@fresh
def remove(passkey_id):
    who = organizer()
    others = [passkey for passkey in who.passkeys if passkey.id != passkey_id]
    if must_have_second_factor(who) and not others and who.totp_secret is None:
        words = _("Your role asks for a second factor. Set up an app or another passkey first, then this one can go.")
        flash(words, "grave")
    else:
        act_on_account("account.passkey_removed", remove_passkey, organizer_id=who.id, passkey_id=passkey_id)
        flash(_("The passkey opens nothing any more."), "sure")
    return redirect(url_for("organize.second_factor.index"), 303)
