"""The pages that the links in news emails open.

The preferences link works until it expires. The link to unsubscribe always works.
"""

from dataclasses import dataclass
from typing import Any, NoReturn, cast

from flask import (
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.causes.models import CauseText
from campaign.extensions import write
from campaign.http.caching import public
from campaign.http.responses import one_click_response
from campaign.mailboxes.parts import Mailbox
from campaign.mailboxes.views import request_new_address, show_new_address
from campaign.notices.models import Consent
from campaign.notices.queries import present_consents
from campaign.organisations.identity import organisation_names
from campaign.organisations.presenters import show_organisation
from campaign.organisations.queries import organisation_by_slug
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.signatures.forms import OwnLinkForm
from campaign.site.settings import site_settings
from campaign.subscriptions import operations, tokens
from campaign.subscriptions.forms import PreferencesForm
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.presenters import NewsList, list_of
from campaign.subscriptions.queries import (
    is_suppressed,
    organisation_of_subscription,
    subscription_by_token,
    subscriptions_of_address,
    was_preferences_link,
)
from campaign.subscriptions.routes import blueprint, private_page
from campaign.text.email_addresses import mask

MAX_MAILING_ID = 2**31


@dataclass(frozen=True)
class OwnSubscription:
    """One of a subscriber's subscriptions, its form, and the consent on which it rests.

    `cause` has the texts of its cause, None for all causes of the organisation. `organisation` is
    the name of who sends the news, empty on a site with one organisation.
    """

    row: Subscription
    cause: CauseText | None
    organisation: str
    form: PreferencesForm
    consent: Consent | None


@blueprint.get("/<lang>/subscriptions/<token>")
def preferences(token: str) -> ResponseReturnValue:
    return _render_page(token, open_own(token))


@blueprint.post("/<lang>/subscriptions/<token>/<int:subscription_id>")
def change(token: str, subscription_id: int) -> ResponseReturnValue:
    opened = open_own(token)
    form = PreferencesForm()
    if not form.validate():
        return _render_page(token, opened, refused=form, refused_id=subscription_id)
    choice = {"lang": form.lang.data, "frequency": form.frequency.data}
    write(
        operations.change, subscription_id=subscription_id, now=utcnow(), **_owner(opened), **choice
    )
    return redirect(url_for("subscriptions.preferences", token=token, saved=subscription_id), 303)


@blueprint.post("/<lang>/subscriptions/<token>/<int:subscription_id>/end")
def end_one(token: str, subscription_id: int) -> ResponseReturnValue:
    """End one of the subscriptions on the page."""
    opened = open_own(token)
    write(operations.end, subscription_id=subscription_id, now=utcnow(), **_owner(opened))
    return redirect(url_for("subscriptions.preferences", token=token, ended=1), 303)


@blueprint.post("/<lang>/subscriptions/<token>/never")
def suppress_address(token: str) -> ResponseReturnValue:
    """Suppress the address at its owner's request, so that it never gets news."""
    write(
        operations.suppress,
        email_digest=_digest_of(open_own(token)),
        reason="request",
        now=utcnow(),
    )
    return redirect(url_for("subscriptions.preferences", token=token), 303)


@blueprint.post("/<lang>/subscriptions/<token>/again")
def allow_again(token: str) -> ResponseReturnValue:
    """Remove the address from the suppression list, at its owner's request."""
    write(operations.allow_again, email_digest=_digest_of(open_own(token)))
    return redirect(url_for("subscriptions.preferences", token=token), 303)


@blueprint.get("/<lang>/subscriptions/<token>/end")
def end(token: str) -> ResponseReturnValue:
    """Show the page with the unsubscribe button.

    Mail scanners follow links, so a GET must not unsubscribe anyone. The link never expires, so the
    page shows no personal data.
    """
    _show_organisation_of(_stoppable(token))
    return private_page(
        "subscriptions/end.html", 200, token=token, mailing=request.args.get("mailing")
    )


@blueprint.post("/<lang>/subscriptions/<token>/end")
def end_now(token: str) -> ResponseReturnValue:
    """End the subscription, by the page's button or by one click in a mail program (RFC 8058).

    A mail program sends no cookie and does not read the response.
    """
    opened = _stoppable(token)
    number = request.args.get("mailing", 0, type=int)
    # Anyone can edit the URL. A number too large for the column would cause a database error.
    mailing_id = number if number in range(1, MAX_MAILING_ID) else None
    write(
        operations.end,
        subscription_id=opened.id,
        now=utcnow(),
        mailing_id=mailing_id,
        **_owner(opened),
    )
    return one_click_response() or redirect(
        NewsList(list_of(opened).organisation).url("stopped"), 303
    )


@blueprint.get("/<lang>/subscriptions/stopped")
def stopped() -> ResponseReturnValue:
    """Show that the subscription has ended. The page is the same for everyone."""
    return public(make_response(render_template("subscriptions/stopped.html")), 60)


@blueprint.get("/<lang>/organisations/<slug>/subscriptions/stopped")
def stopped_of_organisation(slug: str) -> ResponseReturnValue:
    """Show the same as a page of an organisation that is not the host."""
    show_organisation((organisation_by_slug(slug) or abort(404)).id)
    return public(make_response(render_template("subscriptions/stopped.html")), 60)


def open_own(token: str) -> Subscription:
    """Return the subscription whose preferences the token opens.

    Otherwise abort with a page that sends a new link.
    """
    return subscription_by_token(tokens.PREFERENCES, token) or _offer_new_link(
        has_ended=was_preferences_link(token)
    )


def _stoppable(token: str) -> Subscription:
    """Return the subscription that the token can end.

    Otherwise abort with a page that sends a link to unsubscribe.
    """
    return subscription_by_token(tokens.STOP, token) or _offer_new_link(has_ended=False)


def _offer_new_link(*, has_ended: bool) -> NoReturn:
    days = site_settings().own_link_days
    form = OwnLinkForm(formdata=None)
    abort(
        private_page(
            "subscriptions/new_link.html",
            410 if has_ended else 404,
            has_ended=has_ended,
            form=form,
            link_days=days,
        )
    )


def _digest_of(opened: Subscription) -> bytes:
    # Only a subscription with an address has a link.
    return cast(bytes, opened.email_digest)


def _owner(opened: Subscription) -> dict[str, Any]:
    """Return the exact address that the link was sent to, whose subscriptions it opens."""
    return {"email_digest": opened.email_digest, "email": opened.email}


def _show_organisation_of(subscription: Subscription) -> None:
    show_organisation(organisation_of_subscription(subscription))


def _render_page(
    token: str,
    opened: Subscription,
    refused: PreferencesForm | None = None,
    refused_id: int | None = None,
) -> Response:
    _show_organisation_of(opened)
    own_subscriptions, names = [], organisation_names(g.lang)
    rows = subscriptions_of_address(**_owner(opened))
    consents = present_consents("subscription", [row.id for row, _cause in rows])
    for row, cause in rows:
        form = (
            refused
            if refused is not None and row.id == refused_id
            else PreferencesForm(formdata=None, data={"lang": row.lang, "frequency": row.frequency})
        )
        # The page has one form per subscription, so ids must be unique for labels to find their
        # field.
        for field in form:
            field.id = f"{field.name}-{row.id}"
        own_subscriptions.append(
            OwnSubscription(
                row,
                cause.text(g.lang) if cause else None,
                names.get(organisation_of_subscription(row), ""),
                form,
                consents.get(row.id),
            )
        )
    return private_page(
        "subscriptions/preferences.html",
        422 if refused else 200,
        email=mask(cast(str, opened.email)),
        subscriptions=own_subscriptions,
        token=token,
        until=last_day_of(token),
        is_suppressed=is_suppressed(cast(bytes, opened.email_digest)),
        saved=request.args.get("saved", type=int),
        ended=request.args.get("ended") == "1",
    )


@blueprint.get("/<lang>/subscriptions/<token>/address")
def new_address(token: str) -> ResponseReturnValue:
    """Show the form for a new address."""
    return show_new_address(Mailbox.of(open_own(token)), **_address_urls(token))


@blueprint.post("/<lang>/subscriptions/<token>/address")
def change_address(token: str) -> ResponseReturnValue:
    """Email the new address. It must confirm the change."""
    return request_new_address(Mailbox.of(open_own(token)), **_address_urls(token))


def _address_urls(token: str) -> dict[str, str]:
    return {
        "action": url_for("subscriptions.new_address", token=token),
        "back": url_for("subscriptions.preferences", token=token),
    }
