"""Subscribe to news, and confirm it."""

from datetime import timedelta
from functools import partial
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id, cause_by_slug
from campaign.db.transactions import DATABASE_AWAY
from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.notices.composition import ComposedNotice, compose_notice
from campaign.notices.operations import shown_notice_id
from campaign.organisations.emails import sender_address
from campaign.organisations.identity import identities
from campaign.organisations.presenters import show_organisation
from campaign.process.clock import utcnow
from campaign.signatures import tokens as signature_tokens
from campaign.signatures.signing.abuse_limits import admit_signing
from campaign.site.settings import site_settings
from campaign.subscriptions import operations, tokens
from campaign.subscriptions.forms import SubscribeForm
from campaign.subscriptions.queries import subscription_by_token
from campaign.switches.state import switched_off
from campaign.text.email_addresses import Address

blueprint = Blueprint("subscriptions", __name__)
BUSY_SECONDS = 10


@blueprint.post("/<lang>/causes/<slug>/subscriptions")
def subscribe(slug: str) -> ResponseReturnValue:
    """Record a subscription to a cause.

    The response is the same whether or not the address was subscribed before.
    """
    cause = cause_by_slug(slug)
    if cause is None:
        return _unknown_cause()
    # An old copy of a closed cause's page still shows the form. The current page explains why no
    # one can subscribe.
    return redirect(url_for("causes.show", slug=slug), 303) if cause.is_over else _subscribe(cause)


@blueprint.post("/<lang>/subscriptions")
def subscribe_to_all() -> ResponseReturnValue:
    return _subscribe(None)


@blueprint.get("/<lang>/causes/<slug>/subscriptions")
def form_again(slug: str) -> ResponseReturnValue:
    """Show the form on its own page.

    A language switch or a reload after a refused form leads here, and so do links from other sites.
    """
    cause = cause_by_slug(slug) or abort(404)
    if cause.is_over:
        return redirect(url_for("causes.show", slug=slug), 303)
    return public(make_response(_render_form(cause, SubscribeForm(formdata=None))), 60)


@blueprint.get("/<lang>/subscriptions")
def form_for_all() -> ResponseReturnValue:
    return public(make_response(_render_form(None, SubscribeForm(formdata=None))), 60)


@blueprint.get("/<lang>/subscriptions/thanks")
@blueprint.get("/<lang>/causes/<slug>/subscriptions/thanks")
def thanks(slug: str | None = None) -> ResponseReturnValue:
    cause = _cause_at(slug)
    sender = sender_address(cause.organisation_id if cause else None)
    return public(
        make_response(
            render_template("subscriptions/thanks.html", mail_from=sender, **_cause_context(cause))
        ),
        60,
    )


@blueprint.get("/<lang>/subscriptions/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Show the page with the confirm button.

    GET changes nothing, because mail scanners follow links.
    """
    subscription = subscription_by_token(tokens.CONFIRM, token)
    if subscription is None or subscription.state == "ended":
        return private_page(
            "subscriptions/confirm.html", 404, state="unknown", **_cause_context(None)
        )
    cause = cause_by_id(subscription.cause_id) if subscription.cause_id else None
    if subscription.state == "active":
        return redirect(_confirmed_page(cause), 303)
    is_good = subscription.mailed_at and subscription.mailed_at > utcnow() - _good_for()
    return private_page(
        "subscriptions/confirm.html",
        200 if is_good else 410,
        state="ready" if is_good else "expired",
        token=token,
        sent_again=request.args.get("again") == "1",
        **_cause_context(cause),
    )


@blueprint.post("/<lang>/subscriptions/confirm/<token>")
def confirm_now(token: str) -> ResponseReturnValue:
    """Confirm the subscription, then redirect to a URL without the token."""
    subscription = subscription_by_token(tokens.CONFIRM, token)
    if subscription is None:
        return private_page(
            "subscriptions/confirm.html", 404, state="unknown", **_cause_context(None)
        )
    cause = cause_by_id(subscription.cause_id) if subscription.cause_id else None
    arguments = {"subscription_id": subscription.id, "now": utcnow(), "good_for": _good_for()}
    confirmed_page = _confirmed_page(cause)
    if request.form.get("again"):
        write(operations.send_again, **arguments)
        return redirect(url_for("subscriptions.confirm", token=token, again=1), 303)
    try:
        confirmed = write(operations.confirm, **arguments)
    except operations.LinkExpired:
        return redirect(url_for("subscriptions.confirm", token=token), 303)
    if confirmed is None:
        return private_page(
            "subscriptions/confirm.html", 404, state="unknown", **_cause_context(None)
        )
    return redirect(confirmed_page, 303)


@blueprint.get("/<lang>/subscriptions/confirmed")
@blueprint.get("/<lang>/causes/<slug>/subscriptions/confirmed")
def confirmed(slug: str | None = None) -> ResponseReturnValue:
    """Show that the subscription is confirmed. The page is the same for everyone."""
    cause = _cause_at(slug)
    return public(
        make_response(render_template("subscriptions/confirmed.html", **_cause_context(cause))), 60
    )


def private_page(template: str, status: int, **context: Any) -> Response:
    """Return one person's page, which is not cached and whose URL is sent to no other site."""
    return private(make_response(render_template(template, **context), status))


def _subscribe(cause: Cause | None) -> ResponseReturnValue:
    now = utcnow()
    is_busy = admit_signing(request.remote_addr, f"news-{cause.id if cause else 0}")
    form = SubscribeForm.sent()
    if not form.validate():
        return _refuse(cause, form, 422)
    switch = switched_off(
        "subscriptions", identities().of(cause.organisation_id if cause else None).id
    )
    if switch:
        return _refuse(cause, form, 503, switch.retry_seconds)
    email = cast(Address, form.email.address)
    try:
        write(
            operations.subscribe,
            email=email.typed,
            email_digest=signature_tokens.email_digest(email.normalized),
            cause_id=cause.id if cause else None,
            lang=g.lang,
            frequency=form.frequency.data,
            notice_id=shown_notice_id(
                request.form.get("notice", ""),
                organisation_id=identities().of(cause.organisation_id if cause else None).id,
                compose=partial(_notice, cause),
            ),
            # Only bots fill in the hidden field. Under pressure the request is held, so that we
            # flood nobody's inbox.
            held_reason="hidden_field" if form.website.data else "pressure" if is_busy else "",
            now=now,
            good_for=_good_for(),
        )
    except DATABASE_AWAY:
        current_app.logger.exception("a subscription could not be written")
        return _refuse(cause, form, 503)
    if _wants_json():
        return jsonify(status="pending"), 201
    return redirect(url_for("subscriptions.thanks", **_slug_argument(cause)), 303)


def _refuse(
    cause: Cause | None, form: SubscribeForm, status: int, retry_seconds: int = BUSY_SECONDS
) -> Response:
    if _wants_json():
        errors = {name: [str(fault) for fault in faults] for name, faults in form.errors.items()}
        response = jsonify(errors=errors) if status == 422 else jsonify(status="busy")
    else:
        response = make_response(_render_form(cause, form, refused=status))
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = str(retry_seconds)
    return response


def _render_form(cause: Cause | None, form: SubscribeForm, refused: int | None = None) -> str:
    return render_template(
        "subscriptions/new.html", form=form, refused=refused, **_cause_context(cause)
    )


def _cause_at(slug: str | None) -> Cause | None:
    """Return the cause at `slug`, or None for all causes. Abort with 404 if it does not exist."""
    return None if slug is None else cause_by_slug(slug) or abort(404)


def _slug_argument(cause: Cause | None) -> dict[str, Any]:
    return {"slug": cause.slug} if cause else {}


def _cause_context(cause: Cause | None) -> dict[str, Any]:
    if cause:
        show_organisation(cause.organisation_id)
    text = cause.text(g.lang) if cause else None
    return {
        "cause_title": text.title if text else "",
        "cause_lang": text.lang if text else g.lang,
        "cause_slug": cause.slug if cause else "",
        "palette": cause.palette if cause else "",
        "notice": _notice(cause),
    }


def _notice(cause: Cause | None) -> ComposedNotice:
    return compose_notice(
        "subscription", organisation_id=cause.organisation_id if cause else None, lang=g.lang
    )


def _confirmed_page(cause: Cause | None) -> str:
    return url_for("subscriptions.confirmed", **_slug_argument(cause))


def _good_for() -> timedelta:
    return timedelta(days=site_settings().confirm_days)


def _unknown_cause() -> ResponseReturnValue:
    return (jsonify(status="unknown"), 404) if _wants_json() else abort(404)


def _wants_json() -> bool:
    accepts = request.accept_mimetypes
    return accepts["application/json"] > accepts["text/html"]
