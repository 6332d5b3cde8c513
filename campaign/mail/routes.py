"""The development mailbox at /dev/mail, for emails that are written to a folder."""

from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from campaign.http.responses import framed
from campaign.http.trusted_requests import is_near
from campaign.mail.folder import StoredEmail, folder_of, load_email, page_of

blueprint = Blueprint("mail", __name__, url_prefix="/dev/mail")


def init_app(app: Flask) -> None:
    """Add the mailbox to the application."""
    # Not in production, where a forgotten MAIL_URL would show everyone's email to everyone.
    if not app.config["PRODUCTION"]:
        app.register_blueprint(blueprint)


@blueprint.before_request
def refuse_remote() -> None:
    """Refuse every request that does not come from this machine.

    Where VOLANTE_ENV was forgotten, these emails would open other people's signatures.
    """
    if not is_near():
        abort(403)


@blueprint.after_request
def forbid_caching(response: Response) -> Response:
    """Keep the pages out of caches and search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Show a page of the list of emails."""
    page = max(1, request.args.get("page", 1, type=int))
    messages, has_older = page_of(_folder(), page)
    newer = url_for("mail.index", page=page - 1) if page > 1 else None
    older = url_for("mail.index", page=page + 1) if has_older else None
    return render_template("mail/index.html", messages=messages, newer_url=newer, older_url=older)


@blueprint.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """Show an email."""
    message = _load_email(name)
    html_url = url_for("mail.html", name=name) if message.html else None
    return render_template("mail/show.html", message={**vars(message), "html_url": html_url})


@blueprint.get("/<name>/html")
def html(name: str) -> ResponseReturnValue:
    """Show the HTML of an email, for a frame."""
    return framed(_load_email(name).html)


def _folder() -> Path:
    return folder_of(current_app.config)


def _load_email(name: str) -> StoredEmail:
    return load_email(_folder(), name) or abort(404)
