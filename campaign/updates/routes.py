"""Public pages of updates: the archive, each update, its pictures, and the feeds."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.answers.queries import newest_in_feed, recent_answers, recent_results
from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_slug, published_causes
from campaign.events.presenters import card as event_card
from campaign.events.queries import event_by_id
from campaign.extensions import reads_replica
from campaign.http.caching import public
from campaign.http.responses import abort_missing_file
from campaign.http.urls import absolute_url
from campaign.organisations.presenters import (
    identity_of,
    page_identity,
    show_organisation,
    structured_organisation,
)
from campaign.process.clock import utcnow
from campaign.publishing.views import asks_small, picture_response
from campaign.updates.body_pictures import body_picture_bytes
from campaign.updates.feeds import atom
from campaign.updates.forms import ArchiveFilters
from campaign.updates.operations import pictures
from campaign.updates.presenters import UpdatePage, page, recent_cards
from campaign.updates.queries import (
    newest_change,
    recent_updates,
    update_by_slug,
    years,
)
from campaign.updates.structured_data import structured

blueprint = Blueprint("updates", __name__)
PAGE_SIZE = 20
MAX_IN_FEED = 50
FEED_SECONDS = 300


@blueprint.get("/<lang>/updates/")
@reads_replica
def index() -> ResponseReturnValue:
    """Show the archive of all causes."""
    return _render_archive(None)


@blueprint.get("/<lang>/causes/<slug>/updates")
@reads_replica
def of_cause(slug: str) -> ResponseReturnValue:
    """Show the archive of a cause."""
    cause = cause_by_slug(slug) or abort(404)
    show_organisation(cause.organisation_id)
    return _render_archive(cause)


@blueprint.get("/<lang>/updates/<slug>")
@reads_replica
def show(slug: str) -> ResponseReturnValue:
    """Show an update, its event, and other recent updates of its cause."""
    now = utcnow()
    update = update_by_slug(slug, now) or abort(404)
    show_organisation(update.cause.organisation_id)
    shown = page(update, g.lang, now)
    event = event_by_id(shown.event_id) if shown.event_id else None
    more = recent_cards(g.lang, now, cause_id=update.cause_id, limit=4)
    return public(
        make_response(
            render_template(
                "updates/show.html",
                update=shown,
                event=event_card(event, g.lang, now) if event and event.state != "draft" else None,
                more=[item for item in more if item.id != shown.id][:3],
                **_head_metadata(shown),
            )
        )
    )


@blueprint.get("/<lang>/feed.atom")
@reads_replica
def feed() -> ResponseReturnValue:
    """Return the Atom feed of all causes."""
    causes = published_causes()
    # The feed of a site with a single cause has the name of that cause.
    host = identity_of(None, g.lang)
    title = causes[0].text(g.lang).title if len(causes) == 1 else host.name
    return _feed(
        "site",
        title,
        host.name,
        absolute_url("updates.index", g.lang),
        absolute_url("updates.feed", g.lang),
    )


@blueprint.get("/<lang>/causes/<slug>/feed.atom")
@reads_replica
def cause_feed(slug: str) -> ResponseReturnValue:
    """Return the Atom feed of a cause."""
    cause = cause_by_slug(slug) or abort_missing_file()
    address = {"slug": cause.slug}
    home, here = (
        absolute_url(f"updates.{view}", g.lang, **address) for view in ("of_cause", "cause_feed")
    )
    author = identity_of(cause.organisation_id, g.lang).name
    return _feed(f"cause-{cause.id}", cause.text(g.lang).title, author, home, here, cause=cause)


@blueprint.get("/updates/<slug>/picture-<digest>.webp")
def picture(slug: str, digest: str) -> ResponseReturnValue:
    """Return the picture. Its URL changes with its content."""
    return picture_response(pictures.public_data(slug, digest))


@blueprint.get("/updates/<slug>/wide-<digest>.jpg")
def wide_picture(slug: str, digest: str) -> ResponseReturnValue:
    """Return the picture for lists and link previews, cropped around its focal point."""
    return picture_response(pictures.public_wide(slug, digest), media_type="image/jpeg")


@blueprint.get("/pictures/<digest>.webp")
def body_picture(digest: str) -> ResponseReturnValue:
    """Return a picture within a text. Its URL names its content. `?size=small` is for phones."""
    return picture_response(body_picture_bytes(digest, is_small=asks_small()))


def _render_archive(cause: Cause | None) -> Response:
    now = utcnow()
    archive = ArchiveFilters.from_args(request.args, cause.slug if cause else None)
    cause_id = cause.id if cause else None
    criteria = {
        "cause_id": cause_id,
        "year": archive.year,
        "limit": PAGE_SIZE + 1,
        "offset": (archive.page - 1) * PAGE_SIZE,
    }
    cards = recent_cards(g.lang, now, **criteria)
    feed_path = url_for("updates.cause_feed", slug=cause.slug) if cause else url_for("updates.feed")
    return public(
        make_response(
            render_template(
                "updates/index.html",
                cause=cause.text(g.lang).title if cause else "",
                cause_slug=cause.slug if cause else "",
                palette=cause.palette if cause else "",
                updates=cards[:PAGE_SIZE],
                years=years(now, cause_id=cause_id),
                archive=archive,
                older_url=archive.address(page=archive.page + 1)
                if len(cards) > PAGE_SIZE
                else None,
                newer_url=archive.address(page=archive.page - 1) if archive.page > 1 else None,
                feed_url=current_app.config["PUBLIC_URL"] + feed_path,
                feed_title=_("Updates: %(title)s", title=cause.text(g.lang).title)
                if cause
                else _("Updates"),
            )
        )
    )


def _head_metadata(shown: UpdatePage) -> dict[str, Any]:
    """Return the metadata for the head of an update's page: its URLs and structured data."""
    url = absolute_url("updates.show", g.lang, slug=shown.slug)
    site = current_app.config["PUBLIC_URL"]
    picture_url = ""
    if shown.picture:
        picture_url = site + url_for(
            "updates.wide_picture", slug=shown.slug, digest=shown.picture.digest
        )
    card_url = site + url_for("cards.cause", slug=shown.cause_slug, lang=g.lang)
    return {
        "url": url,
        "picture_url": picture_url,
        "structured": structured(
            shown, url, picture_url or card_url, structured_organisation(page_identity(g.lang))
        ),
        "feed_url": url_for("updates.cause_feed", slug=shown.cause_slug),
    }


def _feed(
    name: str,
    title: str,
    author: str,
    home_url: str,
    feed_url: str,
    *,
    cause: Cause | None = None,
) -> Response:
    now = utcnow()
    cause_id = cause.id if cause else None
    updates = recent_updates(now, cause_id=cause_id, limit=MAX_IN_FEED)
    answers = recent_answers(cause_id=cause_id, limit=MAX_IN_FEED)
    results = recent_results(cause_id=cause_id, limit=MAX_IN_FEED)
    # A feed without entries needs a date that does not change with each request.
    changes = newest_change(now, cause_id=cause_id), newest_in_feed(cause_id=cause_id)
    changed_at = max(filter(None, changes), default=None) or (
        cause.created_at if cause else now.replace(hour=0, minute=0, second=0, microsecond=0)
    )
    content = atom(
        updates,
        g.lang,
        answers=answers,
        results=results,
        name=name,
        title=title,
        author=author,
        home_url=home_url,
        feed_url=feed_url,
        changed_at=changed_at,
    )
    return public(
        Response(content, content_type="application/atom+xml; charset=utf-8"), FEED_SECONDS
    )
