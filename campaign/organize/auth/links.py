"""Pages opened by links: the invitation, the password reset, and the account of the first admin.

`flask serve` prints the link of the first admin while there is no admin. Afterwards it is of no
use.
"""

from typing import Any, cast

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.accounts import tokens
from campaign.accounts.audit import Actor, record_audit_event
from campaign.accounts.models import AccountLink
from campaign.accounts.operations import (
    AdminExists,
    LinkSpent,
    create_first_admin,
    enqueue_change_email,
    follow_link,
    request_reset,
)
from campaign.accounts.passwords import HashingBusy, hash_password
from campaign.accounts.queries import admins, link_by_token
from campaign.accounts.rate_limits import TooManyTries, admit_reset
from campaign.extensions import write
from campaign.i18n.locales import current_locale
from campaign.organize.auth.forms import (
    FirstAdminForm,
    ForgottenForm,
    PasswordForm,
    WelcomeForm,
    supported_lang,
)
from campaign.organize.auth.sessions import ask_second_step, busy_sentence, complete_sign_in, later
from campaign.organize.core.access import anybody
from campaign.process.clock import utcnow
from campaign.text.email_addresses import Address

blueprint = Blueprint("links", __name__)
first_admin_blueprint = Blueprint("first_admin", __name__)
FIRST_ADMIN_PAGE = "organize/links/first_admin.html"
PAGES = {"invitation": "organize/links/invitation.html", "reset": "organize/links/reset.html"}


@blueprint.get("/forgotten")
@anybody
def ask() -> ResponseReturnValue:
    return render_template("organize/links/ask.html", form=ForgottenForm(formdata=None))


@blueprint.post("/forgotten")
@anybody
def send() -> ResponseReturnValue:
    """Queue an email if the address has an account. The response does not reveal it."""
    form = ForgottenForm()
    if not form.validate():
        return render_template("organize/links/ask.html", form=form), 422
    address = cast(Address, form.email.address).normalized
    try:
        if admit_reset(network=request.remote_addr, account=tokens.email_digest(address)):
            write(request_reset, address=address, now=utcnow())
    except TooManyTries as wait:
        form.form_errors.append(
            _(
                "People on your network asked for too many reset emails. Wait an hour, or ask an admin."
            )
        )
        return later(
            (render_template("organize/links/ask.html", form=form), wait.status), wait.minutes * 60
        )
    return render_template("organize/links/sent.html", email=address)


@blueprint.get("/invitations/<token>")
@anybody
def invitation(token: str) -> ResponseReturnValue:
    link = _opened("invitation", token)
    if link is None:
        return _ended()
    # The organizer's stored language was chosen by the person who invited them. This page uses the
    # browser's.
    data = {"name": link.organizer.name, "lang": current_locale().language}
    return _render_page(link, WelcomeForm(link.organizer, formdata=None, data=data))


@blueprint.post("/invitations/<token>")
@anybody
def accept(token: str) -> ResponseReturnValue:
    """Set the invited organizer's name, language and password, once, and sign them in."""
    return _follow("invitation", token, WelcomeForm)


@blueprint.get("/reset/<token>")
@anybody
def reset(token: str) -> ResponseReturnValue:
    link = _opened("reset", token)
    return _render_page(link, PasswordForm(link.organizer, formdata=None)) if link else _ended()


@blueprint.post("/reset/<token>")
@anybody
def set_new(token: str) -> ResponseReturnValue:
    """Set a new password, once.

    The second factor is still required: access to the mailbox alone is not enough.
    """
    return _follow("reset", token, PasswordForm)


@first_admin_blueprint.get("/start/<token>")
@anybody
def new(token: str) -> ResponseReturnValue:
    if not _is_open_to_first_admin(token):
        return _ended()
    data = {"lang": current_locale().language}
    return render_template(FIRST_ADMIN_PAGE, form=FirstAdminForm(formdata=None, data=data))


@first_admin_blueprint.post("/start/<token>")
@anybody
def create(token: str) -> ResponseReturnValue:
    """Create the first admin, sign them in, and begin to set up the site."""
    if not _is_open_to_first_admin(token):
        return _ended()
    form = FirstAdminForm()
    if not form.validate():
        return render_template(FIRST_ADMIN_PAGE, form=form), 422
    values = {
        "address": form.email.address,
        "name": form.name.data,
        "lang": supported_lang(form.lang.data),
    }
    try:
        values["password_hash"] = hash_password(form.password.data)
    except HashingBusy as busy:
        form.form_errors.append(busy_sentence())
        return later((render_template(FIRST_ADMIN_PAGE, form=form), busy.status))
    try:
        organizer_id = write(_create_first_admin, values, tokens.shorten(request.remote_addr))
    except AdminExists:
        return _ended()
    return complete_sign_in(organizer_id, url_for("organize.setup.index"), "invitation")


def _follow(purpose: str, token: str, form_class: type[PasswordForm]) -> ResponseReturnValue:
    link = _opened(purpose, token)
    if link is None:
        return _ended()
    form = form_class(link.organizer)
    if not form.validate():
        return _render_page(link, form, 422)
    values = (
        {"name": form.name.data, "lang": supported_lang(form.lang.data)}
        if purpose == "invitation"
        else {}
    )
    who = Actor(link.organizer_id, address=tokens.shorten(request.remote_addr))
    try:
        values |= {"link_id": link.id, "password_hash": hash_password(form.password.data)}
    except HashingBusy as busy:
        form.form_errors.append(busy_sentence())
        return later(_render_page(link, form, busy.status))
    has_factor = link.organizer.has_second_factor
    try:
        write(_follow_and_record, who, purpose, **values)
    except LinkSpent:
        return _ended()
    if purpose == "reset":
        flash(_("Password changed. You are signed out everywhere else."), "success")
    return (
        ask_second_step(who.organizer_id, "")
        if has_factor
        else complete_sign_in(who.organizer_id, "", purpose)
    )


def _follow_and_record(who: Actor, purpose: str, **values: Any) -> None:
    organizer = follow_link(now=utcnow(), **values)
    entry = record_audit_event(
        who, "account.password", subject=("organizer", organizer.id), details={"way": purpose}
    )
    if purpose == "reset":
        enqueue_change_email(entry, organizer)


def _opened(purpose: str, token: str) -> AccountLink | None:
    return link_by_token(purpose, token, utcnow())


def _render_page(link: AccountLink, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template(PAGES[link.purpose], form=form, email=link.organizer.email), status


def _ended() -> tuple[str, int]:
    return render_template("organize/links/ended.html"), 410


def _create_first_admin(values: dict[str, Any], network: str) -> int:
    organizer = create_first_admin(now=utcnow(), **values)
    actor, subject = Actor(organizer.id, address=network), ("organizer", organizer.id)
    record_audit_event(actor, "people.invite", subject=subject, details={"role": "admin"})
    record_audit_event(actor, "account.password", subject=subject, details={"way": "invitation"})
    return organizer.id


def _is_open_to_first_admin(token: str) -> bool:
    return tokens.is_first_admin_token(token) and not admins()
