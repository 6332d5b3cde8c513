"""The montage as a page, as a picture drawn by the server, and as data for browsers."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.causes.models import Cause
from campaign.causes.presenters import page as cause_page
from campaign.causes.queries import cause_by_slug, cause_numbers
from campaign.extensions import reads_replica
from campaign.http.caching import immutable, public
from campaign.i18n.countries import country_name
from campaign.montage.browser_data import packed_shape, sprite_png, version
from campaign.montage.forms import number_parameter
from campaign.montage.names import (
    NamedButterfly,
    butterfly,
    cause_and_last,
    chunk,
    chunk_of,
    free_numbers,
)
from campaign.montage.pictures import OLDER_SECONDS, montage_png
from campaign.montage.queries import is_public_shape
from campaign.organisations.presenters import show_organisation
from campaign.petitions.presenters import PetitionCard, cards_of_cause
from campaign.process.clock import utcnow
from campaign.sharing.qr_codes import qr_code

blueprint = Blueprint("montage", __name__)
MAX_WIDTH, DEFAULT_WIDTH = 2400, 1200
PICTURE_SECONDS = 60
NAMES_SECONDS = 15
NUMBERS_SECONDS = 5
# More digits than any butterfly number has, and few enough for exact arithmetic everywhere.
MAX_DIGITS = 15
blueprint.app_template_global("montage_version")(version)


@blueprint.get("/<lang>/causes/<slug>/montage")
@reads_replica
def show(slug: str) -> ResponseReturnValue:
    """Show the montage, and with `n` also the card of that butterfly.

    `list` shows the names as text, in pages chosen with `page`. `screen` shows the montage for a
    big screen, dark unless its value is `day`.
    """
    cause = cause_by_slug(slug) or abort(404)
    show_organisation(cause.organisation_id)
    now = utcnow()
    if "screen" in request.args:
        return _screen(cause, now)
    petitions = cards_of_cause(cause.id, g.lang, now)
    last, _free = cause_numbers(cause.id)
    number = request.args.get("n", type=_number_in)
    return public(
        make_response(
            render_template(
                "montage/show.html",
                cause=cause_page(cause, g.lang),
                last=last,
                petitions=petitions,
                petition=_open(petitions),
                has_number="n" in request.args,
                number=number,
                chosen_butterfly=_butterfly_at(cause.id, number, last),
                names=_names(cause.id, last, number) if "list" in request.args else None,
                country=lambda code: country_name(code, g.lang) if code else "",
            )
        )
    )


def _screen(cause: Cause, now: datetime) -> Response:
    petition = _open(cards_of_cause(cause.id, g.lang, now))
    address = petition and current_app.config["PUBLIC_URL"] + url_for(
        "petitions.short", slug=petition.slug
    )
    return public(
        make_response(
            render_template(
                "montage/screen.html",
                cause=cause_page(cause, g.lang),
                hour="day" if request.args["screen"] == "day" else "night",
                address=address,
                code=address and qr_code(address),
            )
        )
    )


def _number_in(text: str) -> int:
    """Return the number in a typed or copied text, with any thousands separators.

    Raise ValueError if there is none.
    """
    return int("".join(character for character in text if character.isdecimal())[:MAX_DIGITS])


def _open(petitions: Iterable[PetitionCard]) -> PetitionCard | None:
    """Return the first of the PetitionCards that is open for signing, or None."""
    return next((petition for petition in petitions if petition.state == "open"), None)


def _butterfly_at(cause_id: int, number: int | None, last: int) -> NamedButterfly | str | None:
    """Return the NamedButterfly, "counted" or "free", or None for a number not given yet."""
    return butterfly(cause_id, number) if number and 0 < number <= last else None


def _names(cause_id: int, last: int, number: int | None) -> dict[str, Any]:
    """Return the requested page of names, or {} if there are no butterflies yet."""
    if last == 0:
        return {}
    pages = chunk_of(last) + 1
    page = request.args.get("page", type=int) or (
        chunk_of(number) + 1 if number and number > 0 else 1
    )
    names = chunk(cause_id, page - 1, last) or abort(404)
    return {"page": page, "pages": pages, "chunk": names}


@blueprint.get("/causes/<slug>/montage.png")
@reads_replica
def picture(slug: str) -> ResponseReturnValue:
    """Return the montage as PNG, `w` pixels wide, and with `night=1` for a dark page.

    It may be a minute old, or older while a new one is being drawn.
    """
    cause = cause_by_slug(slug) or abort(404)
    width = number_parameter("w", minimum=1, maximum=MAX_WIDTH, default=DEFAULT_WIDTH)
    last_number, gaps = cause_numbers(cause.id)
    drawn = montage_png(
        Path(current_app.config["VAR_DIR"]) / "pictures",
        cause_id=cause.id,
        shape=cause.shape,
        count=last_number,
        gaps=gaps,
        width=width,
        night=request.args.get("night") == "1",
    )
    seconds = PICTURE_SECONDS if drawn.is_current else OLDER_SECONDS
    return public(Response(drawn.png, mimetype="image/png"), seconds)


@blueprint.get("/causes/<slug>/butterflies/<int:k>.json")
@reads_replica
def names(slug: str, k: int) -> ResponseReturnValue:
    """Return the public names of numbers 1000·k+1 … 1000·(k+1), and the free numbers."""
    cause_id, last = cause_and_last(slug) or abort(404)
    names_chunk = chunk(cause_id, k, last) or abort(404)
    butterflies = [
        {
            "n": named.number,
            "name": named.name,
            "country": named.country,
            "at": named.at.isoformat(),
        }
        | ({"comment": named.comment} if named.comment else {})
        for named in names_chunk.named
    ]
    response = public(
        jsonify(
            first=names_chunk.first,
            last=names_chunk.last,
            butterflies=butterflies,
            free=names_chunk.free,
        ),
        NAMES_SECONDS,
        stale=NAMES_SECONDS,
    )
    # A withdrawn name must disappear within a minute. So no cache may serve an old copy while the
    # site is down.
    del response.cache_control["stale-if-error"]
    return _tagged(response)


@blueprint.get("/causes/<slug>/numbers.json")
@reads_replica
def numbers(slug: str) -> ResponseReturnValue:
    """Return which butterflies there are: 1 … `last` without the `free` ones."""
    cause_id, last = cause_and_last(slug) or abort(404)
    free = free_numbers(cause_id)
    return _tagged(public(jsonify(count=last - len(free), last=last, free=free), NUMBERS_SECONDS))


@blueprint.get("/montage/<tag>/<name>.bin")
def shape_data(tag: str, name: str) -> ResponseReturnValue:
    """Return a shape as data for browsers that draw it themselves."""
    if not is_public_shape(name):
        abort(404)
    return _cacheable(Response(packed_shape(name), mimetype="application/octet-stream"), tag)


@blueprint.get("/montage/<tag>/sprites-<level>.png")
def sprite_sheet(tag: str, level: str) -> ResponseReturnValue:
    """Return the eight poses of a butterfly in false colours."""
    return _cacheable(Response(sprite_png(level) or abort(404), mimetype="image/png"), tag)


def _cacheable(response: Response, tag: str) -> Response:
    """Make the response cacheable for a year if `tag` is the current version.

    With another tag, the response has the current data too, but is cacheable only for a minute.
    """
    if tag != version():
        response.content_location = url_for(
            request.endpoint or "", **{**(request.view_args or {}), "tag": version()}
        )
        return public(response, PICTURE_SECONDS)
    return immutable(response)


def _tagged(response: Response) -> Response:
    response.add_etag()
    response.make_conditional(request)
    return response
