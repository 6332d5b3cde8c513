"""The pages that the links in each email open: how often and in which language, until the link ends; and how to stop, always."""

from dataclasses import dataclass

from flask import abort, current_app, g, make_response, redirect, render_template, request, url_for

from campaign.causes.models import CauseText
from campaign.extensions import write
from campaign.http.caching import public
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.signatures.forms import OwnLinkForm
from campaign.subscriptions import operations, tokens
from campaign.subscriptions.forms import PreferencesForm
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import (
    is_suppressed,
    subscription_by_token,
    subscriptions_of_address,
    was_preferences_link,
)
from campaign.subscriptions.routes import blueprint, private_page
from campaign.text.email_addresses import mask

MAX_MAILING_ID = 2**31


@dataclass(frozen=True)
class OwnSubscription:
    """One of the owner's subscriptions, the words of what it is to (None: all causes), and the form that changes it."""

    row: Subscription
    cause: CauseText | None
    form: PreferencesForm


@blueprint.get("/<lang>/subscriptions/<token>")
def preferences(token):
    return _page(token, _opened(token))


@blueprint.post("/<lang>/subscriptions/<token>/<int:subscription_id>")
def change(token, subscription_id):
    opened = _opened(token)
    form = PreferencesForm()
    if not form.validate():
        return _page(token, opened, refused=form, refused_id=subscription_id)
    choice = {"lang": form.lang.data, "frequency": form.frequency.data}
    write(
        operations.change, subscription_id=subscription_id, now=utcnow(), **_owner(opened), **choice
    )
    return redirect(url_for("subscriptions.preferences", token=token, saved=subscription_id), 303)


@blueprint.post("/<lang>/subscriptions/<token>/<int:subscription_id>/end")
def end_one(token, subscription_id):
    """End one of those on the page."""
    opened = _opened(token)
    write(operations.end, subscription_id=subscription_id, now=utcnow(), **_owner(opened))
    return redirect(url_for("subscriptions.preferences", token=token, ended=1), 303)


@blueprint.post("/<lang>/subscriptions/<token>/never")
def never(token):
    """Put the address on the list that wins over everything, at its owner's wish."""
    write(
        operations.suppress,
        email_digest=_opened(token).email_digest,
        reason="request",
        now=utcnow(),
    )
    return redirect(url_for("subscriptions.preferences", token=token), 303)


@blueprint.post("/<lang>/subscriptions/<token>/again")
def again(token):
    """Take the address off that list, at its owner's wish."""
    write(operations.allow_again, email_digest=_opened(token).email_digest)
    return redirect(url_for("subscriptions.preferences", token=token), 303)


@blueprint.get("/<lang>/subscriptions/<token>/end")
def end(token):
    """The page with the button: mail scanners follow links, and must not unsubscribe anyone. It never ends, so it tells nothing."""
    _stoppable(token)
    return private_page(
        "subscriptions/end.html", 200, token=token, mailing=request.args.get("mailing")
    )


@blueprint.post("/<lang>/subscriptions/<token>/end")
def end_now(token):
    """End the subscription: by the page's button, or by one click in a mail program (RFC 8058), which sends no cookie and reads nothing."""
    opened = _stoppable(token)
    told = request.args.get("mailing", 0, type=int)
    # Anybody can write into an address; a number that no column holds would be an error of the database.
    mailing_id = told if told in range(1, MAX_MAILING_ID) else None
    write(
        operations.end,
        subscription_id=opened.id,
        now=utcnow(),
        mailing_id=mailing_id,
        **_owner(opened),
    )
    if request.form.get("List-Unsubscribe") == "One-Click":
        # A program asks, and must not be sent on (RFC 8058, section 3.1).
        return "", 200, {"Content-Type": "text/plain"}
    return redirect(url_for("subscriptions.stopped"), 303)


@blueprint.get("/<lang>/subscriptions/stopped")
def stopped():
    """What is said once it is stopped; the same for everyone."""
    return public(make_response(render_template("subscriptions/stopped.html")), 60)


def _opened(token):
    """Return the subscription whose preferences the token opens; else answer with a page that sends a new link."""
    return subscription_by_token(tokens.PREFERENCES, token) or _offer_new_link(
        has_ended=was_preferences_link(token)
    )


def _stoppable(token):
    """Return the subscription that the token stops; else answer with a page that sends a link by which it can be stopped."""
    return subscription_by_token(tokens.STOP, token) or _offer_new_link(has_ended=False)


def _offer_new_link(*, has_ended):
    days = current_app.config["OWN_LINK_DAYS"]
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


def _owner(opened):
    """Return whose subscriptions the link opens: those of exactly the address that it was sent to."""
    return {"email_digest": opened.email_digest, "email": opened.email}


def _page(token, opened, refused=None, refused_id=None):
    own = []
    for row, cause in subscriptions_of_address(**_owner(opened)):
        form = (
            refused
            if row.id == refused_id
            else PreferencesForm(formdata=None, data={"lang": row.lang, "frequency": row.frequency})
        )
        # One page holds a form for each, and a label must find the field of its own.
        for field in form:
            field.id = f"{field.name}-{row.id}"
        own.append(OwnSubscription(row, cause.text(g.lang) if cause else None, form))
    return private_page(
        "subscriptions/preferences.html",
        422 if refused else 200,
        email=mask(opened.email),
        subscriptions=own,
        token=token,
        until=last_day_of(token),
        is_suppressed=is_suppressed(opened.email_digest),
        saved=request.args.get("saved", type=int),
        ended=request.args.get("ended") == "1",
    )
