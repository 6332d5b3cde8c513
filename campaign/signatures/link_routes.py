"""Request the link to "What I signed".

Everyone gets the same answer, and the link comes by email.
"""

from flask import (
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.db.transactions import DATABASE_AWAY
from campaign.extensions import write
from campaign.http.caching import public
from campaign.process.clock import utcnow
from campaign.signatures import own_links, tokens
from campaign.signatures.abuse_limits import admit_link_request
from campaign.signatures.forms import OwnLinkForm
from campaign.signatures.routes import blueprint
from campaign.signatures.submission import BUSY_SECONDS


@blueprint.get("/<lang>/mine")
def request_own_link() -> Response:
    """Show the form that requests the link. After sending, everyone gets the same answer."""
    state = "sent" if request.args.get("sent") == "1" else "new"
    return public(make_response(request_page(OwnLinkForm(formdata=None), state)), 60)


@blueprint.post("/<lang>/mine")
def send_link() -> ResponseReturnValue:
    """Queue the email with the link."""
    admit_link_request(tokens.network_digest(request.remote_addr))
    form = OwnLinkForm.sent()
    if not form.validate():
        return make_response(request_page(form, "new"), 422)
    email = form.email.address
    try:
        write(
            own_links.request_own_link,
            email=email.typed,
            normalized=email.normalized,
            lang=g.lang,
            now=utcnow(),
        )
    except DATABASE_AWAY:
        current_app.logger.exception("a request for an own link could not be written")
        return request_page(form, "busy"), 503, {"Retry-After": str(BUSY_SECONDS)}
    return redirect(url_for("signatures.request_own_link", sent=1), 303)


def request_page(form: OwnLinkForm, state: str) -> str:
    """Return the page with the form in this state: `new`, `sent`, `busy`, `ended` or `unknown`.

    The last two are about a link that has expired or is not ours.
    """
    days = current_app.config["OWN_LINK_DAYS"]
    sender = current_app.extensions["sender_address"]
    return render_template(
        "signatures/request_own_link.html", form=form, state=state, link_days=days, mail_from=sender
    )
