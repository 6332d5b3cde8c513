"""Public pages of events: the list, each event, calendar files, pictures and registering."""

from datetime import timedelta
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.causes.queries import cause_by_slug, published_causes
from campaign.db.transactions import DATABASE_AWAY, RETRY_SECONDS
from campaign.events import registering
from campaign.events.calendar import links_to_add, public_file
from campaign.events.forms import Filters, RegistrationForm, SeatForm, registration_form
from campaign.events.models import Event
from campaign.events.operations import pictures
from campaign.events.presenters import EventPage, cards_ahead, cards_past, page
from campaign.events.queries import (
    event_by_slug,
    events_for_calendars,
    towns,
)
from campaign.events.structured_data import structured
from campaign.extensions import reads_replica, write
from campaign.http.caching import public
from campaign.http.responses import abort_missing_file
from campaign.http.urls import absolute_url, with_host
from campaign.notices.operations import shown_notice_id
from campaign.organisations.emails import sender_address
from campaign.organisations.presenters import (
    identity_of,
    page_identity,
    show_organisation,
    structured_organisation,
)
from campaign.process.clock import utcnow
from campaign.publishing.views import asks_small, picture_response
from campaign.signatures import tokens
from campaign.signatures.signing.abuse_limits import admit_signing
from campaign.site.settings import site_settings
from campaign.switches.state import switched_off
from campaign.text.email_addresses import Address
from campaign.updates.presenters import MAX_RECENT, recent_cards

blueprint = Blueprint("events", __name__)
PAGE_SIZE = 20
CALENDAR_SECONDS = 300
# Long enough that a calendar that was offline all summer still learns of cancellations.
FEED_PAST = timedelta(days=180)


@blueprint.get("/<lang>/events/")
@reads_replica
def index() -> ResponseReturnValue:
    """Show the list of events, ahead or past."""
    filters = Filters.from_args(request.args)
    causes = published_causes()
    chosen = next((cause for cause in causes if cause.slug == filters.cause), None)
    criteria = {"cause_id": chosen.id if chosen else None, "town": filters.place}
    # An unknown cause has no events, so we show none instead of ignoring the filter.
    criteria |= {
        "limit": PAGE_SIZE + 1 if chosen or not filters.cause else 0,
        "offset": (filters.page - 1) * PAGE_SIZE,
    }
    find = cards_past if filters.when == "past" else cards_ahead
    cards = find(g.lang, utcnow(), **criteria)
    feed_address = _feed_address(filters.cause if chosen else "")
    return public(
        make_response(
            render_template(
                "events/index.html",
                events=cards[:PAGE_SIZE],
                filters=filters,
                later_url=filters.address(page=filters.page + 1)
                if len(cards) > PAGE_SIZE
                else None,
                earlier_url=filters.address(page=filters.page - 1) if filters.page > 1 else None,
                causes=[(cause.slug, cause.text(g.lang).title) for cause in causes],
                towns=towns(),
                feed_address=feed_address,
                # Browsers open a webcal: address in the calendar app.
                feed_url=f"webcal:{feed_address.partition(':')[2]}",
            )
        )
    )


@blueprint.get("/<lang>/events/<slug>")
@reads_replica
def show(slug: str) -> ResponseReturnValue:
    """Show an event and its registration form."""
    event = event_by_slug(slug) or abort(404)
    show_organisation(event.cause.organisation_id)
    shown = page(event, g.lang, utcnow())
    return public(make_response(_render_event(event, shown, registration_form(shown))))


@blueprint.post("/<lang>/events/<slug>/registrations")
def register(slug: str) -> ResponseReturnValue:
    """Accept a registration. The response never reveals whether they had registered before."""
    event = event_by_slug(slug) or abort(404)
    show_organisation(event.cause.organisation_id)
    now = utcnow()
    is_under_load = admit_signing(request.remote_addr, f"event-{event.id}")
    shown = page(event, g.lang, now)
    form = registration_form(shown)
    if not event.takes_registrations(now):
        return _refuse(event, shown, form, 410)
    if not form.validate():
        return _refuse(event, shown, form, 422)
    if switch := switched_off("registrations", event.cause.organisation_id):
        return _refuse(event, shown, form, 503, switch.retry_seconds)
    try:
        write(
            registering.register,
            event.id,
            now=now,
            lang=g.lang,
            held_reason=_held_reason(form, is_under_load),
            notice_id=shown_notice_id(
                request.form.get("notice", ""),
                organisation_id=event.cause.organisation_id,
                compose=lambda: shown.privacy_notice,
            ),
            **_registration_data(form),
        )
    except registering.RegistrationClosed as error:
        event = event_by_slug(slug) or abort(404)
        return _refuse(event, page(event, g.lang, utcnow()), form, error.status)
    except DATABASE_AWAY:
        current_app.logger.exception("a registration could not be written")
        return _refuse(event, shown, form, 503)
    return redirect(url_for("events.thanks", slug=slug), 303)


@blueprint.get("/<lang>/events/<slug>/registrations")
def form_again(slug: str) -> ResponseReturnValue:
    """Redirect to the event after a reload or a language switch on a rejected form."""
    return redirect(url_for("events.show", slug=slug, _anchor="register"))


@blueprint.get("/<lang>/events/<slug>/thanks")
def thanks(slug: str) -> ResponseReturnValue:
    """Ask the person to confirm by the email we sent."""
    event = event_by_slug(slug) or abort(404)
    show_organisation(event.cause.organisation_id)
    shown = page(event, g.lang, utcnow())
    sender = sender_address(event.cause.organisation_id)
    return public(
        make_response(render_template("events/thanks.html", event=shown, mail_from=sender)), 60
    )


@blueprint.get("/events/<slug>.ics")
@reads_replica
def calendar(slug: str) -> ResponseReturnValue:
    """Return the calendar file of one event."""
    event = event_by_slug(slug) or abort_missing_file()
    return _calendar(public_file([event], _file_lang(event)), slug)


@blueprint.get("/events.ics")
@reads_replica
def feed() -> ResponseReturnValue:
    """Return all events as a calendar file that calendar apps subscribe to."""
    events = events_for_calendars(utcnow() - FEED_PAST)
    lang = _file_lang()
    return _calendar(public_file(events, lang, name=identity_of(None, lang).name), "events")


@blueprint.get("/causes/<slug>/events.ics")
@reads_replica
def cause_feed(slug: str) -> ResponseReturnValue:
    """Return the events of a cause as a calendar file that calendar apps subscribe to."""
    cause = cause_by_slug(slug) or abort_missing_file()
    lang = _file_lang()
    events = events_for_calendars(utcnow() - FEED_PAST, cause_id=cause.id)
    return _calendar(public_file(events, lang, name=cause.text(lang).title), slug)


@blueprint.get("/events/<slug>/picture-<digest>.webp")
def picture(slug: str, digest: str) -> ResponseReturnValue:
    """Return the picture. Its URL changes with its content. `?size=small` is for phones."""
    return picture_response(pictures.public_data(slug, digest, is_small=asks_small()))


@blueprint.get("/events/<slug>/wide-<digest>-<int:x>-<int:y>.jpg")
def wide_picture(slug: str, digest: str, x: int, y: int) -> ResponseReturnValue:
    """Return the picture for link previews, cropped around its focal point.

    Only the present focal point has one.
    """
    wide = pictures.public_wide(slug, digest, (x, y))
    return picture_response(wide, media_type="image/jpeg")


def _render_event(
    event: Event, shown: EventPage, form: SeatForm, refused: int | None = None
) -> str:
    url = absolute_url("events.show", g.lang, slug=event.slug)
    return render_template(
        "events/show.html",
        event=shown,
        form=form,
        refused=refused,
        url=url,
        structured=structured(
            event,
            shown,
            url,
            organizer=structured_organisation(page_identity(g.lang)),
            picture_url=_picture_url(event),
        ),
        calendar_url=url_for("events.calendar", slug=event.slug, lang=g.lang),
        calendar_links=links_to_add(event, shown, url),
        updates=recent_cards(
            g.lang, utcnow(), cause_id=event.cause_id, event_id=event.id, limit=MAX_RECENT
        ),
    )


def _picture_url(event: Event) -> str:
    if event.picture is None:
        return ""
    path = url_for("events.picture", slug=event.slug, digest=event.picture.digest)
    return with_host(path)


def _refuse(
    event: Event,
    shown: EventPage,
    form: SeatForm,
    status: int,
    retry_seconds: int = RETRY_SECONDS,
) -> Response:
    response = make_response(_render_event(event, shown, form, refused=status), status)
    if status == 503:
        response.headers["Retry-After"] = str(retry_seconds)
    return response


def _registration_data(form: RegistrationForm) -> dict[str, Any]:
    email = cast(Address, form.email.address)
    return {
        "name": form.name.data,
        "email": email.typed,
        "email_digest": tokens.email_digest(email.normalized),
        "seats": form.seats.number,
        "answers": form.answers(),
    }


def _held_reason(form: RegistrationForm, is_under_load: bool) -> str:
    """Return why to hold this registration for review, or "". The page shows no difference."""
    if form.website.data:
        return "hidden_field"
    return "pressure" if is_under_load else ""


def _file_lang(event: Event | None = None) -> str:
    """Return the language for a calendar file, which has no language in its path."""
    lang = request.args.get("lang")
    if lang in site_settings().languages:
        return lang
    return event.original_lang if event else site_settings().languages[0]


def _feed_address(cause: str) -> str:
    """Return the absolute URL of the feed of a cause, or of all causes if `cause` is empty."""
    path = (
        url_for("events.cause_feed", slug=cause, lang=g.lang)
        if cause
        else url_for("events.feed", lang=g.lang)
    )
    return with_host(path)


def _calendar(text: str, name: str) -> Response:
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return public(response, CALENDAR_SECONDS)
