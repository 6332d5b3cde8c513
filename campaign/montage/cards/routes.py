"""Share cards: the pictures that appear with a shared link."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app

from campaign.causes.queries import cause_by_slug
from campaign.http.caching import public
from campaign.montage.cards.drawing import HEIGHT, WIDTH, Card
from campaign.montage.forms import language_parameter
from campaign.montage.pictures import OLDER_SECONDS, card_png
from campaign.montage.texts import card_of_cause, card_of_petition
from campaign.petitions.queries import petition_by_slug

blueprint = Blueprint("cards", __name__)
CACHE_SECONDS = 300
blueprint.app_template_global("card_size")(lambda: (WIDTH, HEIGHT))


@blueprint.get("/causes/<slug>/card.png")
def cause(slug: str) -> Response:
    """Return the share card of a cause in `lang`: 1200×630, with its montage and count."""
    return _picture(card_of_cause(cause_by_slug(slug) or abort(404), language_parameter()))


@blueprint.get("/petitions/<slug>/card.png")
def petition(slug: str) -> Response:
    """Return the share card of a petition in `lang`.

    It is 1200×630, with the petition's count and the montage of its cause.
    """
    return _picture(card_of_petition(petition_by_slug(slug) or abort(404), language_parameter()))


def _picture(card: Card) -> Response:
    picture = card_png(Path(current_app.config["VAR_DIR"]) / "pictures", card)
    return public(
        Response(picture.png, mimetype="image/png"),
        CACHE_SECONDS if picture.is_current else OLDER_SECONDS,
    )
