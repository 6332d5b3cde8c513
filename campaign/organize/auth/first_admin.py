"""The page where the first admin of a new site creates an account.

`flask serve` prints its link while there is no admin. Afterwards the link is of no use.
"""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from campaign.accounts import tokens
from campaign.accounts.audit import Actor, record
from campaign.accounts.operations import AdminExists, create_first_admin
from campaign.accounts.passwords import HashingBusy, hash_password
from campaign.accounts.queries import admins
from campaign.extensions import write
from campaign.i18n.locales import current_locale
from campaign.organize.auth.forms import FirstAdminForm, supported_lang
from campaign.organize.auth.sessions import busy_sentence, later, let_in
from campaign.organize.core.access import anybody
from campaign.process.clock import utcnow

blueprint = Blueprint("first_admin", __name__)
PAGE = "organize/links/first_admin.html"


@blueprint.get("/start/<token>")
@anybody
def new(token: str) -> ResponseReturnValue:
    if not _is_open(token):
        return _ended()
    data = {"lang": current_locale().language}
    return render_template(PAGE, form=FirstAdminForm(formdata=None, data=data))


@blueprint.post("/start/<token>")
@anybody
def create(token: str) -> ResponseReturnValue:
    """Create the first admin, sign them in, and begin to set up the site."""
    if not _is_open(token):
        return _ended()
    form = FirstAdminForm()
    if not form.validate():
        return render_template(PAGE, form=form), 422
    values = {
        "address": form.email.address,
        "name": form.name.data,
        "lang": supported_lang(form.lang.data),
    }
    try:
        values["password_hash"] = hash_password(form.password.data)
    except HashingBusy as busy:
        form.form_errors.append(busy_sentence())
        return later((render_template(PAGE, form=form), busy.status))
    try:
        organizer_id = write(_create_and_record, values, tokens.shorten(request.remote_addr))
    except AdminExists:
        return _ended()
    return let_in(organizer_id, url_for("organize.setup.index"), "invitation")


def _create_and_record(values: dict[str, Any], network: str) -> int:
    organizer = create_first_admin(now=utcnow(), **values)
    actor, subject = Actor(organizer.id, address=network), ("organizer", organizer.id)
    record(actor, "people.invite", subject=subject, details={"role": "admin"})
    record(actor, "account.password", subject=subject, details={"way": "invitation"})
    return organizer.id


def _is_open(token: str) -> bool:
    return tokens.is_first_admin_token(token) and not admins()


def _ended() -> tuple[str, int]:
    return render_template("organize/links/ended.html"), 410
