"""One's own account: password, second factor, passkeys, sessions, language."""

from flask import Blueprint, render_template

from campaign.organize.guard import any_organizer

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@any_organizer
def index():
    return render_template("organize/sign_in/new.html")


@blueprint.get("/second-factor")
@any_organizer
def second_factor():
    return render_template("organize/sign_in/new.html")
