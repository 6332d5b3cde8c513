"""Posters to print: small ones drawn at once, others by the worker while a page shows progress."""

import io
from datetime import datetime, timedelta
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
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.causes.models import Cause
from campaign.causes.presenters import page as cause_page
from campaign.causes.queries import cause_by_slug, cause_numbers
from campaign.extensions import write
from campaign.http.caching import public
from campaign.jobs.queries import unfinished_job
from campaign.montage.forms import choice_parameter, language_parameter, number_parameter
from campaign.montage.models import Poster
from campaign.montage.pictures import cached
from campaign.montage.posters.jobs import poster_files
from campaign.montage.posters.operations import GRACE_PERIOD, JOB, request_poster
from campaign.montage.posters.renderer import print_poster
from campaign.montage.posters.spec import PAPER_MM
from campaign.montage.queries import Variety, find_shape, poster_status, posters_before
from campaign.montage.texts import appearance_digest_of, digest_of, poster_spec
from campaign.organisations.presenters import show_organisation
from campaign.process.clock import utcnow
from campaign.surge.state import check_surge

blueprint = Blueprint("posters", __name__)
MIN_WIDTH, MAX_WIDTH, DEFAULT_WIDTH = 300, 12_000, 6000
# Up to this width in pixels, a poster is drawn during the request. Wider ones come in steps,
# so that there are not too many different ones.
MAX_INSTANT_WIDTH, STEP = 2400, 500
PAPER = "A2"
# How long a poster is served although more people have signed. Its count says when it was taken.
FRESH_FOR = timedelta(hours=1)
SECONDS, NAMES_SECONDS, RELOAD_SECONDS = 300, 15, 4


@blueprint.get("/<lang>/causes/<slug>/posters")
def index(slug: str) -> ResponseReturnValue:
    """Show which posters there are, and a form to choose one."""
    cause = cause_by_slug(slug) or abort(404)
    show_organisation(cause.organisation_id)
    page = render_template(
        "posters/index.html", cause=cause_page(cause, g.lang), papers=PAPER_MM, default_size=PAPER
    )
    return public(make_response(page), SECONDS)


@blueprint.get("/causes/<slug>/poster.pdf")
def pdf(slug: str) -> ResponseReturnValue:
    """Serve the poster on paper of `size` A3 … A0 in `lang`.

    With `names=1` it lists the names that supporters let us show.
    """
    cause = cause_by_slug(slug) or abort(404)
    return _serve_or_queue(cause, _variety(cause, "pdf", choice_parameter("size", PAPER_MM, PAPER)))


@blueprint.get("/causes/<slug>/poster.png")
def png(slug: str) -> ResponseReturnValue:
    """Serve the poster `w` pixels wide in `lang`.

    With `names=1` it lists the names that supporters let us show.
    """
    cause = cause_by_slug(slug) or abort(404)
    width = number_parameter("w", minimum=MIN_WIDTH, maximum=MAX_WIDTH, default=DEFAULT_WIDTH)
    variety = _variety(cause, "png", str(width))
    if width <= MAX_INSTANT_WIDTH and not variety.with_names:
        return public(Response(_small(cause, variety), mimetype="image/png"), SECONDS)
    if width % STEP:
        parameters: dict[str, Any] = {**request.args, "w": width + STEP - width % STEP}
        return redirect(url_for("posters.png", slug=slug, **parameters))
    return _serve_or_queue(cause, variety)


def _variety(cause: Cause, file_format: str, size: str) -> Variety:
    return Variety(
        cause.id, file_format, size, language_parameter(), request.args.get("names") == "1"
    )


def _small(cause: Cause, variety: Variety) -> bytes:
    check_surge()
    numbers, now = cause_numbers(cause.id), utcnow()
    shape = find_shape(cause.shape)
    spec = poster_spec(cause, variety, numbers, now, shape_folder=cause.shape)

    def draw() -> bytes:
        file = io.BytesIO()
        print_poster(spec, shape, file)
        return file.getvalue()

    # The time printed on the poster is that of this count.
    content = (variety, appearance_digest_of(cause, variety.lang), digest_of(numbers))
    return cached(Path(current_app.config["VAR_DIR"]) / "pictures", content, draw)


def _serve_or_queue(cause: Cause, variety: Variety) -> Response:
    """Return the poster if there is one. Otherwise have it drawn, and show progress."""
    g.lang = variety.lang
    now, status = utcnow(), poster_status(variety)
    ready = status.ready
    if ready and _is_fresh(ready, cause, variety.lang, now) and _has_file(ready):
        return jsonify(state="ready") if "progress" in request.args else _file(ready, cause.slug)
    if not status.in_work and status.failed and status.failed.requested_at > now - GRACE_PERIOD:
        return _waiting(cause, variety, status.failed)
    if not status.in_work:
        check_surge()
        write(request_poster, variety, now=now)
        status = poster_status(variety)
    # If it is ready by now, the next request will find it.
    return _waiting(cause, variety, status.in_work or status.ready or abort(503))


def _is_fresh(poster: Poster, cause: Cause, lang: str, now: datetime) -> bool:
    if poster.appearance_digest != appearance_digest_of(cause, lang):
        return False
    is_recent = poster.drawn_at is not None and poster.drawn_at > now - FRESH_FOR
    return is_recent or poster.numbers_digest == digest_of(cause_numbers(cause.id))


def _has_file(poster: Poster) -> bool:
    return poster_files(current_app.config).has(poster.file_name)


def _file(poster: Poster, slug: str) -> Response:
    names = "-names" if poster.with_names else ""
    file = poster_files(current_app.config).open(poster.file_name)
    response = send_file(
        file,
        download_name=f"{slug}-{poster.size}-{poster.lang}{names}.{poster.file_format}",
        conditional=False,
        etag=f"poster-{poster.id}",
        last_modified=poster.drawn_at,
    )
    response.call_on_close(file.close)
    response.content_length = poster.file_bytes
    response.make_conditional(
        request.environ, accept_ranges=True, complete_length=poster.file_bytes
    )
    response.cache_control.no_cache = None
    response = public(response, NAMES_SECONDS if poster.with_names else SECONDS)
    if poster.with_names:
        # A withdrawn name must disappear soon. So no cache may serve an old copy while the site is
        # down.
        del response.cache_control["stale-if-error"]
    return response


def _waiting(cause: Cause, variety: Variety, poster: Poster) -> Response:
    """Return 202 with the poster's progress, or 503 if it failed.

    Browsers without JavaScript reload automatically.
    """
    failed = poster.state == "failed"
    job = unfinished_job(JOB, poster.id)
    progress = 100 if poster.state == "ready" else job.progress if job else 0
    status_text = _status_text(poster, progress)
    if "progress" in request.args:
        response = jsonify(state=poster.state, progress=progress, words=status_text)
    else:
        show_organisation(cause.organisation_id)
        page = render_template(
            "posters/show.html",
            cause=cause_page(cause, variety.lang),
            poster=poster,
            progress=progress,
            status_text=status_text,
            seconds=RELOAD_SECONDS,
        )
        response = make_response(page)
    response.status_code = 503 if failed else 202
    response.headers["Retry-After"] = str(
        int(GRACE_PERIOD.total_seconds()) if failed else RELOAD_SECONDS
    )
    response.cache_control.no_store = True
    return response


def _status_text(poster: Poster, progress: int) -> str:
    if poster.state == "drawing":
        return _("%(percent)s%% drawn", percent=progress)
    ahead = posters_before(poster) if poster.state == "waiting" else 0
    if ahead:
        return ngettext(
            "One poster is ahead of yours in the queue.",
            "%(num)s posters are ahead of yours in the queue.",
            ahead,
        )
    return _("Your poster is in the queue.")
