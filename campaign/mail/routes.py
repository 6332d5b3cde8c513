"""The developer's mailbox, /dev/mail: only where messages are written into a folder."""

from flask import Blueprint, abort, current_app, make_response, render_template, request, url_for

from campaign.mail.delivery import names_of
from campaign.mail.folder import find, folder_of, page_of

blueprint = Blueprint("mail", __name__, url_prefix="/dev/mail")

# A mail brings its own inline style, which the house's policy forbids; in return it may do nothing at all.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


def init_app(app):
    # In production a forgotten MAIL_URL must not show everybody's mail to everybody.
    if not app.config["PRODUCTION"]:
        app.register_blueprint(blueprint)


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
    names = names_of(current_app)
    return render_template("mail/index.html", messages=messages, names=names, newer_url=newer, older_url=older)


@blueprint.get("/<name>")
def show(name):
    message = _message(name)
    html_url = url_for("mail.html", name=name) if message.html else None
    return render_template("mail/show.html", message={**vars(message), "html_url": html_url})


@blueprint.get("/<name>/html")
def html(name):
    # Links lead out of the frame that the mail is shown in.
    words = _message(name).html.replace("<head>", '<head><base target="_top">', 1)
    response = make_response(words)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _folder():
    return folder_of(current_app.config)


def _message(name):
    return find(_folder(), name) or abort(404)
