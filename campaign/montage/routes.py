"""The montage as a page, as a picture drawn by the server, and as the data that a browser draws it from."""

from pathlib import Path

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

from campaign.causes.presenters import page as cause_page
from campaign.causes.queries import cause_by_slug, cause_numbers
from campaign.http.caching import public
from campaign.i18n.countries import country_name
from campaign.montage.forms import asked_number
from campaign.montage.names import butterfly, cause_and_last, chunk, chunk_of, free_numbers
from campaign.montage.parcels import parcel, sheet, version
from campaign.montage.pictures import OLDER_SECONDS, montage_png
from campaign.montage.queries import is_public_shape
from campaign.petitions.presenters import cards_of_cause
from campaign.process.clock import utcnow
from campaign.sharing.qr_codes import qr_code

blueprint = Blueprint("montage", __name__)
MAX_WIDTH, DEFAULT_WIDTH = 2400, 1200
PICTURE_SECONDS = 60
NAMES_SECONDS = 15
NUMBERS_SECONDS = 5
YEAR = 31_536_000
# More than any cause will ever have, and few enough for whoever calculates with it.
MAX_DIGITS = 15
blueprint.app_template_global("montage_version")(version)


@blueprint.get("/<lang>/causes/<slug>/montage")
def show(slug):
    """The montage; with `n` the card of that butterfly, with `list` its names in words, `page` by page.

    With `screen` it is drawn for a wall, by night unless that says `day`.
    """
    cause = cause_by_slug(slug) or abort(404)
    now = utcnow()
    if "screen" in request.args:
        return _screen(cause, now)
    petitions = cards_of_cause(cause.id, g.lang, now)
    last, free = cause_numbers(cause.id)
    number = request.args.get("n", type=_number_in)
    return public(
        make_response(
            render_template(
                "montage/show.html",
                cause=cause_page(cause, g.lang),
                last=last,
                petitions=petitions,
                petition=_open(petitions),
                asked="n" in request.args,
                number=number,
                chosen=_chosen(cause.id, number, last),
                names=_names(cause.id, last, number) if "list" in request.args else None,
                country=lambda code: country_name(code, g.lang) if code else "",
            )
        )
    )


def _screen(cause, now):
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


def _number_in(text):
    """Return the number in what somebody typed or copied, however its thousands are parted. Raises ValueError."""
    return int("".join(sign for sign in text if sign.isdecimal())[:MAX_DIGITS])


def _open(petitions):
    """Return the first of the cause's PetitionCards that may be signed, or None."""
    return next((petition for petition in petitions if petition.state == "open"), None)


def _chosen(cause_id, number, last):
    """Return a Named, "counted" or "free", or None for a number that no butterfly has had yet."""
    return butterfly(cause_id, number) if number and 0 < number <= last else None


def _names(cause_id, last, number):
    """Return the page of names that was asked for, {} where there is nobody yet."""
    if last == 0:
        return {}
    pages = chunk_of(last) + 1
    page = request.args.get("page", type=int) or (
        chunk_of(number) + 1 if number and number > 0 else 1
    )
    found = chunk(cause_id, page - 1, last) or abort(404)
    return {"page": page, "pages": pages, "chunk": found}


@blueprint.get("/causes/<slug>/montage.png")
def picture(slug):
    """The montage, `w` pixels wide; with `night=1` for a dark page. A minute old, or the last one while it is drawn."""
    cause = cause_by_slug(slug) or abort(404)
    width = asked_number("w", least=1, most=MAX_WIDTH, usual=DEFAULT_WIDTH)
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
def names(slug, k):
    """The names shown for numbers 1000·k+1 … 1000·(k+1), and which of them are free."""
    cause_id, last = cause_and_last(slug) or abort(404)
    found = chunk(cause_id, k, last) or abort(404)
    butterflies = [
        {"n": each.number, "name": each.name, "country": each.country, "at": each.at.isoformat()}
        | ({"comment": each.comment} if each.comment else {})
        for each in found.named
    ]
    answer = public(
        jsonify(first=found.first, last=found.last, butterflies=butterflies, free=found.free),
        NAMES_SECONDS,
        stale=NAMES_SECONDS,
    )
    # Who withdraws is gone within a minute, even where the site is down and a copy could still be shown.
    del answer.cache_control["stale-if-error"]
    return _tagged(answer)


@blueprint.get("/causes/<slug>/numbers.json")
def numbers(slug):
    """Which butterflies there are: 1 … `last` without the `free` ones."""
    cause_id, last = cause_and_last(slug) or abort(404)
    free = free_numbers(cause_id)
    return _tagged(public(jsonify(count=last - len(free), last=last, free=free), NUMBERS_SECONDS))


@blueprint.get("/montage/<tag>/<name>.bin")
def shape_data(tag, name):
    """A shape for browsers that draw it themselves."""
    if not is_public_shape(name):
        abort(404)
    return _lasting(Response(parcel(name), mimetype="application/octet-stream"), tag)


@blueprint.get("/montage/<tag>/sprites-<level>.png")
def sprite_sheet(tag, level):
    """The eight poses of a butterfly in false colours."""
    return _lasting(Response(sheet(level) or abort(404), mimetype="image/png"), tag)


def _lasting(response, tag):
    """Data under today's digest never changes; under another it is today's, but only for now."""
    if tag != version():
        response.content_location = url_for(
            request.endpoint, **{**request.view_args, "tag": version()}
        )
        return public(response, PICTURE_SECONDS)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def _tagged(response):
    response.add_etag()
    return response.make_conditional(request)
