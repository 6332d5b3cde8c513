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
from campaign.causes.presenters import form_consent
from campaign.causes.queries import cause_by_slug
from campaign.db.transactions import DATABASE_AWAY, RETRY_SECONDS
from campaign.errors import LinkExpired
from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.notices.composition import ComposedNotice, compose_notice
from campaign.notices.news_texts import form_text
from campaign.notices.operations import shown_notice_id
from campaign.organisations.emails import sender_address
from campaign.organisations.identity import identities
from campaign.organisations.models import Organisation
from campaign.organisations.presenters import show_organisation
from campaign.organisations.queries import organisation_by_slug
from campaign.process.clock import utcnow
from campaign.signatures import tokens as signature_tokens
from campaign.signatures.signing.abuse_limits import admit_signing
from campaign.site.settings import site_settings
from campaign.subscriptions import operations, tokens
from campaign.subscriptions.forms import SubscribeForm
from campaign.subscriptions.presenters import NewsList, list_of
from campaign.subscriptions.queries import subscription_by_token
from campaign.switches.state import switched_off
from campaign.text.email_addresses import Address

blueprint = Blueprint("subscriptions", __name__)


@blueprint.post("/<lang>/causes/<slug>/subscriptions")
def subscribe(slug: str) -> ResponseReturnValue:
    """Record a subscription to a cause.

    The response is the same whether or not the address was subscribed before.
    """
    cause = cause_by_slug(slug)
    if cause is None:
        return _unknown_list()
    # An old copy of a closed cause's page still shows the form. The current page explains why no
    # one can subscribe.
    if cause.is_over:
        return redirect(url_for("causes.show", slug=slug), 303)
    return _subscribe(_list_of_cause(cause))


@blueprint.post("/<lang>/subscriptions")
def subscribe_to_all() -> ResponseReturnValue:
    """Record a subscription to all causes of the host."""
    return _subscribe(NewsList(identities().host))


@blueprint.post("/<lang>/organisations/<slug>/subscriptions")
def subscribe_of_organisation(slug: str) -> ResponseReturnValue:
    """Record a subscription to all causes of an organisation."""
    organisation = organisation_by_slug(slug)
    return _subscribe(_list_of_organisation(organisation)) if organisation else _unknown_list()


@blueprint.get("/<lang>/causes/<slug>/subscriptions")
def form_again(slug: str) -> ResponseReturnValue:
    """Show the form on its own page.

    A language switch or a reload after a refused form leads here, and so do links from other sites.
    """
    cause = cause_by_slug(slug) or abort(404)
    if cause.is_over:
        return redirect(url_for("causes.show", slug=slug), 303)
    news = _list_of_cause(cause)
    return public(make_response(_render_form(news, SubscribeForm(formdata=None))), 60)


@blueprint.get("/<lang>/subscriptions")
def form_for_all() -> ResponseReturnValue:
    news = NewsList(identities().host)
    return public(make_response(_render_form(news, SubscribeForm(formdata=None))), 60)


@blueprint.get("/<lang>/organisations/<slug>/subscriptions")
def form_of_organisation(slug: str) -> ResponseReturnValue:
    news = _list_of_organisation(organisation_by_slug(slug) or abort(404))
    return public(make_response(_render_form(news, SubscribeForm(formdata=None))), 60)


@blueprint.get("/<lang>/subscriptions/thanks")
@blueprint.get("/<lang>/causes/<slug>/subscriptions/thanks")
def thanks(slug: str | None = None) -> ResponseReturnValue:
    return _thanks_page(_list_at(slug))


@blueprint.get("/<lang>/organisations/<slug>/subscriptions/thanks")
def thanks_of_organisation(slug: str) -> ResponseReturnValue:
    return _thanks_page(_list_of_organisation(organisation_by_slug(slug) or abort(404)))


@blueprint.get("/<lang>/subscriptions/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Show the page with the confirm button.

    GET changes nothing, because mail scanners follow links.
    """
    subscription = subscription_by_token(tokens.CONFIRM, token)
    if subscription is None or subscription.state == "ended":
        return _unknown_subscription()
    news = list_of(subscription)
    if subscription.state == "active":
        return redirect(news.url("confirmed"), 303)
    is_good = subscription.mailed_at and subscription.mailed_at > utcnow() - _good_for()
    return private_page(
        "subscriptions/confirm.html",
        200 if is_good else 410,
        state="ready" if is_good else "expired",
        token=token,
        sent_again=request.args.get("again") == "1",
        **_list_context(news),
    )


@blueprint.post("/<lang>/subscriptions/confirm/<token>")
def confirm_now(token: str) -> ResponseReturnValue:
    """Confirm the subscription, then redirect to a URL without the token."""
    subscription = subscription_by_token(tokens.CONFIRM, token)
    if subscription is None:
        return _unknown_subscription()
    confirmed_page = list_of(subscription).url("confirmed")
    if request.form.get("again"):
        write(
            operations.send_again,
            subscription_id=subscription.id,
            now=utcnow(),
            good_for=_good_for(),
        )
        return redirect(url_for("subscriptions.confirm", token=token, again=1), 303)
    try:
        confirmed = write(
            operations.confirm,
            subscription_id=subscription.id,
            now=utcnow(),
            good_for=_good_for(),
        )
    except LinkExpired:
        return redirect(url_for("subscriptions.confirm", token=token), 303)
    if confirmed is None:
        return _unknown_subscription()
    return redirect(confirmed_page, 303)


@blueprint.get("/<lang>/subscriptions/confirmed")
@blueprint.get("/<lang>/causes/<slug>/subscriptions/confirmed")
def confirmed(slug: str | None = None) -> ResponseReturnValue:
    """Show that the subscription is confirmed. The page is the same for everyone."""
    return _confirmed_page(_list_at(slug))


@blueprint.get("/<lang>/organisations/<slug>/subscriptions/confirmed")
def confirmed_of_organisation(slug: str) -> ResponseReturnValue:
    """Show that the subscription is confirmed. The page is the same for everyone."""
    return _confirmed_page(_list_of_organisation(organisation_by_slug(slug) or abort(404)))


def private_page(template: str, status: int, **context: Any) -> Response:
    """Return one person's page, which is not cached and whose URL is sent to no other site."""
    return private(make_response(render_template(template, **context), status))


def _thanks_page(news: NewsList) -> Response:
    page = render_template(
        "subscriptions/thanks.html",
        mail_from=sender_address(news.organisation.id),
        **_list_context(news),
    )
    return public(make_response(page), 60)


def _confirmed_page(news: NewsList) -> Response:
    page = render_template("subscriptions/confirmed.html", **_list_context(news))
    return public(make_response(page), 60)


def _unknown_subscription() -> Response:
    context = _list_context(NewsList(identities().host))
    return private_page("subscriptions/confirm.html", 404, state="unknown", **context)


def _subscribe(news: NewsList) -> ResponseReturnValue:
    now = utcnow()
    subject = f"news-{news.cause.id}" if news.cause else f"all-news-{news.organisation.id}"
    is_busy = admit_signing(request.remote_addr, subject)
    form = SubscribeForm.sent()
    if not form.validate():
        return _refuse(news, form, 422)
    switch = switched_off("subscriptions", news.organisation.id)
    if switch:
        return _refuse(news, form, 503, switch.retry_seconds)
    email = cast(Address, form.email.address)
    try:
        write(
            operations.subscribe,
            email=email.typed,
            email_digest=signature_tokens.email_digest(email.normalized),
            lang=g.lang,
            frequency=cast(str, form.frequency.data),
            notice_id=shown_notice_id(
                request.form.get("notice", ""),
                organisation_id=news.organisation.id,
                compose=partial(_notice, news),
            ),
            # Only bots fill in the hidden field. Under pressure the request is held, so that we
            # flood nobody's inbox.
            held_reason="hidden_field" if form.website.data else "pressure" if is_busy else "",
            now=now,
            good_for=_good_for(),
            **news.scope,
        )
    except DATABASE_AWAY:
        current_app.logger.exception("a subscription could not be written")
        return _refuse(news, form, 503)
    if _wants_json():
        return jsonify(status="pending"), 201
    return redirect(news.url("thanks"), 303)


def _refuse(
    news: NewsList, form: SubscribeForm, status: int, retry_seconds: int = RETRY_SECONDS
) -> Response:
    if _wants_json():
        errors = {name: [str(fault) for fault in faults] for name, faults in form.errors.items()}
        response = jsonify(errors=errors) if status == 422 else jsonify(status="busy")
    else:
        response = make_response(_render_form(news, form, refused=status))
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = str(retry_seconds)
    return response


def _render_form(news: NewsList, form: SubscribeForm, refused: int | None = None) -> str:
    return render_template(
        "subscriptions/new.html",
        form=form,
        refused=refused,
        action=news.url("subscribe"),
        notice=_notice(news),
        consent=form_consent(news.cause, g.lang)
        if news.cause
        else form_text(news.organisation.id, g.lang),
        **_list_context(news),
    )


def _list_of_cause(cause: Cause) -> NewsList:
    return NewsList(identities().of(cause.organisation_id), cause)


def _list_of_organisation(organisation: Organisation) -> NewsList:
    return NewsList(identities().of(organisation.id))


def _list_at(slug: str | None) -> NewsList:
    """Return the list of the cause at `slug`, or without it of the host. Abort with 404."""
    if slug is None:
        return NewsList(identities().host)
    return _list_of_cause(cause_by_slug(slug) or abort(404))


def _list_context(news: NewsList) -> dict[str, Any]:
    """Return the template context of a list, and show its organisation on the page."""
    cause = news.cause
    if news.organisation.id is not None:
        show_organisation(news.organisation.id)
    text = cause.text(g.lang) if cause else None
    return {
        "cause_title": text.title if text else "",
        "cause_lang": text.lang if text else g.lang,
        "cause_slug": cause.slug if cause else "",
        "palette": cause.palette if cause else "",
    }


def _notice(news: NewsList) -> ComposedNotice:
    return compose_notice("subscription", organisation_id=news.organisation.id, lang=g.lang)


def _good_for() -> timedelta:
    return timedelta(days=site_settings().confirm_days)


def _unknown_list() -> ResponseReturnValue:
    return (jsonify(status="unknown"), 404) if _wants_json() else abort(404)


def _wants_json() -> bool:
    accepts = request.accept_mimetypes
    return accepts["application/json"] > accepts["text/html"]
