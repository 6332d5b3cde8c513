"""The page on which people enter a new email address, for each package with a personal link."""

from flask import Response, current_app, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from limits import RateLimitItemPerDay
from werkzeug.exceptions import TooManyRequests

from campaign.db.transactions import DATABASE_AWAY, RETRY_SECONDS
from campaign.extensions import write
from campaign.http.caching import private
from campaign.mailboxes import operations
from campaign.mailboxes.forms import NewAddressForm
from campaign.mailboxes.parts import Mailbox
from campaign.mailboxes.queries import OBJECTION_PERIOD, expected_at, waiting_change
from campaign.process.clock import utcnow
from campaign.security.rate_limits import limiter
from campaign.site.settings import site_settings
from campaign.text.email_addresses import mask

# Each request emails an address that anyone may have entered.
REQUESTS_PER_MAILBOX = RateLimitItemPerDay(3)
# A library or a school may share one IP address.
REQUESTS_PER_NETWORK = RateLimitItemPerDay(20)


def show_new_address(mailbox: Mailbox, *, action: str, back: str) -> Response:
    """Show the form for a new address of `mailbox`, or that an email was sent.

    `action` is the URL of the page and its form, and `back` that of the person's own page.
    """
    state = "sent" if request.args.get("sent") == "1" else "new"
    return _render(mailbox, NewAddressForm(formdata=None), state, action=action, back=back)


def request_new_address(mailbox: Mailbox, *, action: str, back: str) -> ResponseReturnValue:
    """Queue the email to the new address. The answer is the same for every valid address."""
    form = NewAddressForm.sent()
    if not form.validate():
        return _render(mailbox, form, "new", action=action, back=back, status=422)
    _admit_request(mailbox, request.remote_addr)
    try:
        write(operations.request_change, old=mailbox, new=form.mailbox, lang=g.lang, now=utcnow())
    except DATABASE_AWAY:
        current_app.logger.exception("a request for a new address could not be written")
        page = _render(mailbox, form, "busy", action=action, back=back, status=503)
        page.headers["Retry-After"] = str(RETRY_SECONDS)
        return page
    return redirect(f"{action}?sent=1", 303)


def _render(
    mailbox: Mailbox, form: NewAddressForm, state: str, *, action: str, back: str, status: int = 200
) -> Response:
    waiting = waiting_change(mailbox)
    page = render_template(
        "mailboxes/new_address.html",
        form=form,
        state=state,
        action=action,
        back=back,
        email=mask(mailbox.email),
        waiting_email=mask(waiting.new_email) if waiting else "",
        takes_effect_at=expected_at(waiting, now=utcnow()) if waiting else None,
        objection_days=OBJECTION_PERIOD.days,
        link_days=site_settings().confirm_days,
    )
    return private(make_response(page, status))


def _admit_request(mailbox: Mailbox, remote_address: str | None) -> None:
    """Count one request of this mailbox, from this IP address.

    Raise TooManyRequests beyond a limit.
    """
    counts = (
        limiter().hit(REQUESTS_PER_MAILBOX, "address change", mailbox.digest.hex()),
        limiter().hit_network(REQUESTS_PER_NETWORK, remote_address, "address change"),
    )
    if not all(counts):
        raise TooManyRequests(retry_after=REQUESTS_PER_MAILBOX.get_expiry())
