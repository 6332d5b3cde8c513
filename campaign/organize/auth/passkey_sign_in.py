"""Sign in with a passkey, either alone or as the second factor.

A passkey alone is enough, because it proves both possession and its owner.
"""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from webauthn import options_to_json

from campaign.accounts.passkeys import authentication_options, spend_passkey
from campaign.extensions import write
from campaign.organize.access import anybody
from campaign.organize.auth.passkey_challenges import here, keep_challenge, take_challenge
from campaign.organize.auth.refusals import note_refused
from campaign.organize.auth.sessions import open_door, safe_next
from campaign.organize.identity import half_signed_in
from campaign.process.clock import utcnow

blueprint = Blueprint("passkey_door", __name__, url_prefix="/sign-in/passkey")


@blueprint.post("/options")
@anybody
def options() -> ResponseReturnValue:
    chosen = authentication_options(here(), half_signed_in())
    keep_challenge(chosen)
    return Response(options_to_json(chosen), mimetype="application/json")


@blueprint.post("")
@anybody
def show() -> ResponseReturnValue:
    """Check the passkey's answer, sign in, and return where to go next."""
    words = request.get_json(silent=True)
    answer = words.get("answer") if isinstance(words, dict) else None
    challenge, half = take_challenge(), half_signed_in()
    who = challenge and write(
        spend_passkey,
        place=here(),
        challenge=challenge,
        answer=answer,
        now=utcnow(),
        organizer_id=half.id if half else None,
    )
    if not who:
        note_refused(half.id if half else None, "passkey")
        return jsonify(
            error=_("That passkey did not work. Try again, or sign in with your password.")
        ), 422
    response = jsonify(next=safe_next(words.get("next")))
    open_door(response, who, "passkey")
    return response
