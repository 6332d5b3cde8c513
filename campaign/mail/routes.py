"""The developer's mailbox, /dev/mail: only where messages are written into a folder."""

from flask import Blueprint, abort, current_app, render_template, request, url_for

from campaign.http.framed_emails import framed
from campaign.http.trusted_requests import is_near
from campaign.mail.folder import find, folder_of, page_of

blueprint = Blueprint("mail", __name__, url_prefix="/dev/mail")


def init_app(app):
    # In production a forgotten MAIL_URL must not show everybody's mail to everybody.
    if not app.config["PRODUCTION"]:
        app.register_blueprint(blueprint)


@blueprint.before_request
def refuse_strangers():
    """Refuse everyone who is not at this machine: where VOLANTE_ENV was forgotten, these emails open other people's signatures."""
    if not is_near():
        abort(403)


@blueprint.after_request
def keep_nothing(response):
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("")
def index():
    page = max(1, request.args.get("page", 1, type=int))
    messages, has_older = page_of(_folder(), page)
    newer = url_for("mail.index", page=page - 1) if page > 1 else None
    older = url_for("mail.index", page=page + 1) if has_older else None
    return render_template("mail/index.html", messages=messages, newer_url=newer, older_url=older)


@blueprint.get("/<name>")
def show(name):
    message = _message(name)
    html_url = url_for("mail.html", name=name) if message.html else None
    return render_template("mail/show.html", message={**vars(message), "html_url": html_url})


@blueprint.get("/<name>/html")
def html(name):
    return framed(_message(name).html)


def _folder():
    return folder_of(current_app.config)


def _message(name):
    return find(_folder(), name) or abort(404)
