"""Pages about the site itself, and the addresses that machines watch."""

from flask import Blueprint, current_app, jsonify, make_response, render_template
from flask_babel import gettext as _
from sqlalchemy import text

from campaign.extensions import db
from campaign.lib.caching import public
from campaign.web.languages import redirect_to_language

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
def root():
    return redirect_to_language()


@blueprint.get("/<lang>/privacy")
def privacy():
    days = {name: current_app.config[f"{name.upper()}_DAYS"] for name in ("confirm", "erase_pending", "address", "registration")}
    page = render_template("web/privacy.html", rows=_collected(days), confirm_days=days["confirm"], address_days=days["address"])
    return public(make_response(page), 60)


@blueprint.get("/healthz")
def healthz():
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz():
    db.session.execute(text("select 1"))
    return jsonify(status="ready")


@blueprint.get("/robots.txt")
def robots():
    private = (f"Disallow: /{lang}/{room}/" for room in ("signatures", "registrations", "subscriptions") for lang in current_app.config["LANGUAGES"])
    # A poster is drawn when it is asked for: nothing for machines that ask for everything.
    lines = ("User-agent: *", "Disallow: /dev/", "Disallow: /causes/*/poster.", *private)
    return public(make_response("\n".join(lines) + "\n", {"Content-Type": "text/plain; charset=utf-8"}), 3600)


def _collected(days):
    """What is kept of a supporter, why, who sees it and for how long: the rows of the privacy page."""
    while_counted = _("As long as the signature is counted, until you withdraw it")
    return [
        {
            "name": _("Your name"),
            "purpose": _("It is the signature itself"),
            "who": _("Whoever receives the petition; the public only as far as you choose"),
            "long": while_counted,
        },
        {
            "name": _("Your e-mail address"),
            "purpose": _("To confirm that it was you, so that one person signs once"),
            "who": _("The organizers; never the public, never the target"),
            "long": while_counted,
        },
        {
            "name": _("Your country and postal code"),
            "purpose": _("To show where support comes from"),
            "who": _("The organizers and the target; the public sees the country beside a shown name"),
            "long": while_counted,
        },
        {
            "name": _("Your few words"),
            "purpose": _("To be read with your signature"),
            "who": _("The public, once an organizer has read them, and only beside a shown name"),
            "long": while_counted,
        },
        {
            "name": _("An unconfirmed signature"),
            "purpose": _("To wait for your answer to our letter"),
            "who": _("Nobody"),
            "long": _("%(days)s days, then it is erased", days=days["erase_pending"]),
        },
        {
            "name": _("A signature set aside"),
            "purpose": _("To look closer where something is unusual, such as very many from one place at once"),
            "who": _("The organizers"),
            "long": _(
                "If you confirm it, until an organizer has looked at it; if nobody does, %(days)s days like any other",
                days=days["erase_pending"],
            ),
        },
        {
            "name": _("A withdrawn signature"),
            "purpose": _("So that you can undo it"),
            "who": _("Nobody"),
            "long": _("%(days)s days, then it is erased", days=days["erase_pending"]),
        },
        {
            "name": _("A registration for an event: name, e-mail, seats, your answers, whether you came"),
            "purpose": _("To keep your seat, to write to you about it, and to know you at the door"),
            "who": _("The organizers of the event; never the public"),
            "long": _("%(days)s days after the event or after you cancel, then it is erased", days=days["registration"]),
        },
        {
            "name": _("A subscription to news: your e-mail, language, how often, the words you agreed to and when"),
            "purpose": _("To send you the news that you asked for"),
            "who": _("Nobody reads through it; organizers see how many there are"),
            "long": _(
                "Until you stop it, then %(days)s days; unconfirmed %(days)s days. That you had agreed stays, without who you are",
                days=days["erase_pending"],
            ),
        },
        {
            "name": _("Your wish to be sent no news ever again"),
            "purpose": _("To obey it; kept only as a keyed fingerprint that cannot be turned back"),
            "who": _("Nobody"),
            "long": _("For good"),
        },
        {
            "name": _("Your network address"),
            "purpose": _("To notice abuse; kept only as a keyed fingerprint that cannot be turned back"),
            "who": _("Nobody"),
            "long": _("%(days)s days", days=days["address"]),
        },
    ]
