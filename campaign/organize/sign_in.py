"""The door of the workspace: address and password, then the second factor."""

from flask import Blueprint, g, redirect, render_template, url_for

from campaign.accounts.sessions import close_session
from campaign.extensions import write
from campaign.organize.guard import anybody
from campaign.organize.presence import drop_session_cookie

blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")


@blueprint.get("")
@anybody
def new():
    return render_template("organize/sign_in/new.html")


@blueprint.get("/second-step")
@anybody
def second_step():
    return render_template("organize/sign_in/new.html")


@blueprint.post("/out")
@anybody
def out():
    """Sign out of this browser."""
    session = g.organizer_session
    if session is not None:
        write(close_session, organizer_id=session.organizer_id, session_id=session.id)
    response = redirect(url_for("organize.sign_in.new"), 303)
    drop_session_cookie(response)
    return response
