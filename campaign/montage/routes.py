"""The montage as a picture drawn by the server."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request

from campaign.causes.queries import cause_by_slug, cause_numbers
from campaign.lib.caching import public
from campaign.montage.pictures import montage_png

blueprint = Blueprint("montage", __name__)
NARROWEST, WIDEST, USUAL = 100, 2400, 1200
PICTURE_SECONDS = 60


@blueprint.get("/causes/<slug>/montage.png")
def picture(slug):
    """The montage, `w` pixels wide; with `night=1` for a dark page. At most a minute old."""
    cause = cause_by_slug(slug) or abort(404)
    width = request.args.get("w", USUAL, type=int)
    if not NARROWEST <= width <= WIDEST:
        abort(404)
    last_number, gaps = cause_numbers(cause.id)
    png = montage_png(
        Path(current_app.config["VAR_DIR"]) / "pictures",
        shape=cause.shape,
        count=last_number,
        gaps=gaps,
        width=width,
        night=request.args.get("night") == "1",
    )
    return public(Response(png, mimetype="image/png"), PICTURE_SECONDS)
