"""The page for the code from the confirmation email, for people who do not follow its link.

Every code that opens nothing gets the same answer, so no one can find out who signed.
"""

from datetime import datetime, timedelta
from typing import cast

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import TooManyRequests

from campaign.db.transactions import DATABASE_AWAY, RETRY_SECONDS
from campaign.http.caching import private, public
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.codes.forms import CodeForm
from campaign.signatures.codes.rate_limits import admit_code, count_wrong_code
from campaign.signatures.queries import confirmable_by_code
from campaign.signatures.routes import blueprint
from campaign.site.settings import site_settings
from campaign.text.email_addresses import Address

NOT_VALID = _l("This code is not correct, or it has expired.")


@blueprint.get("/<lang>/c")
def enter_code() -> Response:
    """Show the form for the code. The address never holds the code."""
    return public(make_response(_page(CodeForm.empty(), "new")), 60)


@blueprint.post("/<lang>/c")
def open_code() -> ResponseReturnValue:
    """Redirect to the page that the link in the same email opens."""
    form = CodeForm.sent()
    if not form.validate():
        return private(make_response(_page(form, "invalid"), 422))
    digest = tokens.email_digest(cast(Address, form.email.address).normalized)
    now = utcnow()
    try:
        admit_code(digest, request.remote_addr)
        opened = confirmable_by_code(
            form.code.code, digest, now=now, good_for=timedelta(days=site_settings().confirm_days)
        )
    except TooManyRequests as error:
        return _busy_page(form, "limited", 429, cast(int, error.retry_after), now)
    except DATABASE_AWAY:
        current_app.logger.exception("a code could not be looked up")
        return _busy_page(form, "busy", 503, RETRY_SECONDS, now)
    if opened is None:
        count_wrong_code(digest, request.remote_addr)
        form.code.errors = [NOT_VALID]
        return private(make_response(_page(form, "wrong"), 422))
    token = tokens.confirm_token(opened.signature, opened.form_id)
    return redirect(url_for("signatures.confirm", token=token), 303)


def _page(form: CodeForm, state: str, until: datetime | None = None) -> str:
    """Return the page in this state: `new`, `invalid`, `wrong`, `limited` or `busy`.

    `until` is when a limited one accepts codes again.
    """
    return render_template("signatures/enter_code.html", form=form, state=state, until=until)


def _busy_page(
    form: CodeForm, state: str, status: int, retry_seconds: int, now: datetime
) -> Response:
    page = _page(form, state, now + timedelta(seconds=retry_seconds))
    response = private(make_response(page, status))
    response.headers["Retry-After"] = str(retry_seconds)
    return response
