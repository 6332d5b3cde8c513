"""Pages opened by links in emails: the invitation and the password reset."""

from typing import Any, cast

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.accounts import tokens
from campaign.accounts.audit import Actor, record
from campaign.accounts.models import AccountLink
from campaign.accounts.operations import LinkSpent, enqueue_change_email, follow_link, request_reset
from campaign.accounts.passwords import HashingBusy, hash_password
from campaign.accounts.queries import link_by_token
from campaign.accounts.rate_limits import TooManyTries, admit_reset
from campaign.extensions import write
from campaign.i18n.locales import current_locale
from campaign.organize.auth.forms import ForgottenForm, PasswordForm, WelcomeForm, supported_lang
from campaign.organize.auth.sessions import ask_second_step, busy_sentence, later, let_in
from campaign.organize.core.access import anybody
from campaign.process.clock import utcnow
from campaign.text.email_addresses import Address

blueprint = Blueprint("links", __name__)
PAGES = {"invitation": "organize/links/invitation.html", "reset": "organize/links/reset.html"}


@blueprint.get("/forgotten")
@anybody
def ask() -> ResponseReturnValue:
    return render_template("organize/links/ask.html", form=ForgottenForm(formdata=None))


@blueprint.post("/forgotten")
@anybody
def send() -> ResponseReturnValue:
    """Queue an email if the address has an account; the response does not reveal it."""
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
                "Too many reset emails were requested from your network. Wait an hour, or ask an admin."
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
        else let_in(who.organizer_id, "", purpose)
    )


def _follow_and_record(who: Actor, purpose: str, **values: Any) -> None:
    organizer = follow_link(now=utcnow(), **values)
    entry = record(
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
