"""The page that the link in each letter opens: how often, in which language, and no more."""

from dataclasses import dataclass

from flask import abort, g, redirect, request, url_for

from campaign.causes.models import CauseText
from campaign.extensions import write
from campaign.lib.mail_addresses import mask
from campaign.lib.times import utcnow
from campaign.subscriptions import keys, operations
from campaign.subscriptions.forms import PreferencesForm
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import is_suppressed, subscription_by_token, subscriptions_of_address
from campaign.subscriptions.routes import blueprint, private_page

MOST_MAILINGS = 2**31


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
        operations.change, subscription_id=subscription_id, email_digest=opened.email_digest, now=utcnow(), **choice
    )
    return redirect(url_for("subscriptions.preferences", token=token, saved=subscription_id), 303)


@blueprint.post("/<lang>/subscriptions/<token>/<int:subscription_id>/end")
def end_one(token, subscription_id):
    """End one of those on the page."""
    opened = _opened(token)
    write(operations.end, subscription_id=subscription_id, email_digest=opened.email_digest, now=utcnow())
    return redirect(url_for("subscriptions.preferences", token=token, ended=1), 303)


@blueprint.post("/<lang>/subscriptions/<token>/never")
def never(token):
    """Put the address on the list that wins over everything, at its owner's wish."""
    write(operations.suppress, email_digest=_opened(token).email_digest, reason="request", now=utcnow())
    return redirect(url_for("subscriptions.preferences", token=token), 303)


@blueprint.post("/<lang>/subscriptions/<token>/again")
def again(token):
    """Take the address off that list, at its owner's wish."""
    write(operations.allow_again, email_digest=_opened(token).email_digest)
    return redirect(url_for("subscriptions.preferences", token=token), 303)


@blueprint.get("/<lang>/subscriptions/<token>/end")
def end(token):
    """The page with the button: mail scanners follow links, and must not unsubscribe anybody."""
    opened = _opened(token)
    state = "ended" if opened.state == "ended" else "ready"
    return private_page("subscriptions/end.html", 200, state=state, token=token, mailing=request.args.get("mailing"), email=mask(opened.email))


@blueprint.post("/<lang>/subscriptions/<token>/end")
def end_now(token):
    """End the subscription: by the page's button, or by one click in a mail program (RFC 8058), which sends no cookie and reads nothing."""
    opened = _opened(token)
    told = request.args.get("mailing", 0, type=int)
    # Anybody can write into an address; a number that no column holds would be an error of the database.
    mailing_id = told if told in range(1, MOST_MAILINGS) else None
    write(operations.end, subscription_id=opened.id, email_digest=opened.email_digest, now=utcnow(), mailing_id=mailing_id)
    if request.form.get("List-Unsubscribe") == "One-Click":
        # A program asks, and must not be sent on (RFC 8058, section 3.1).
        return "", 200, {"Content-Type": "text/plain"}
    return redirect(url_for("subscriptions.end", token=token), 303)


def _opened(token):
    """Return the subscription that the token opens; 404 for a foreign token or a forgotten address."""
    return subscription_by_token(keys.OWN, token) or abort(404)


def _page(token, opened, refused=None, refused_id=None):
    own = []
    for row, cause in subscriptions_of_address(opened.email_digest):
        form = refused if row.id == refused_id else PreferencesForm(formdata=None, data={"lang": row.lang, "frequency": row.frequency})
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
        is_suppressed=is_suppressed(opened.email_digest),
        saved=request.args.get("saved", type=int),
        ended=request.args.get("ended") == "1",
    )
