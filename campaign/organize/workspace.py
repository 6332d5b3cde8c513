"""The workspace at /organize: its blueprints, and what applies to each of its pages."""

from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_babel import refresh
from flask_wtf.csrf import CSRFError, CSRFProtect

from campaign.errors import EditConflict
from campaign.http.caching import private
from campaign.organize import identity
from campaign.organize.account import passkeys, second_factor
from campaign.organize.account import routes as account
from campaign.organize.auth import links, passkey_sign_in, sign_in
from campaign.organize.auth.unsaved_forms import expired_form
from campaign.organize.causes import routes as causes
from campaign.organize.causes import shape as cause_shape
from campaign.organize.causes import shape_drafts as cause_shape_drafts
from campaign.organize.content import pictures as content_pictures
from campaign.organize.content import publishing as content_publishing
from campaign.organize.edit_conflicts import answer_conflict
from campaign.organize.events import attendance, check_in, registrations
from campaign.organize.events import cancelling as event_cancelling
from campaign.organize.events import parts as event_parts
from campaign.organize.events import routes as events
from campaign.organize.exports import handovers
from campaign.organize.exports import routes as exports
from campaign.organize.imports import ends as import_ends
from campaign.organize.imports import files as import_files
from campaign.organize.imports import routes as imports
from campaign.organize.imports import sheets as import_sheets
from campaign.organize.kiosks import devices as kiosk_devices
from campaign.organize.kiosks import discarding as kiosk_discarding
from campaign.organize.kiosks import names as kiosk_names
from campaign.organize.kiosks import pairing as kiosk_pairing
from campaign.organize.kiosks import poster as kiosk_poster
from campaign.organize.kiosks import review as kiosk_review
from campaign.organize.kiosks import routes as kiosks
from campaign.organize.mail import routes as mail
from campaign.organize.mail import suppressions
from campaign.organize.moderation import bulk, comments, corrections, held, rules
from campaign.organize.navigation import numbers as rail_numbers
from campaign.organize.navigation import place_of, places
from campaign.organize.overview import cause_counts
from campaign.organize.overview import routes as overview
from campaign.organize.people import api_keys, audit
from campaign.organize.people import routes as people
from campaign.organize.petitions import embedding as petition_embedding
from campaign.organize.petitions import guide as petition_guide
from campaign.organize.petitions import publish_page as petition_publish_page
from campaign.organize.petitions import questions as petition_questions
from campaign.organize.petitions import routes as petitions
from campaign.organize.petitions import settings as petition_settings
from campaign.organize.petitions import sharing as petition_sharing
from campaign.organize.petitions import text as petition_letter
from campaign.organize.petitions import versions as petition_versions
from campaign.organize.signatures import copies, erasures, retention
from campaign.organize.signatures import routes as signatures
from campaign.organize.statistics import figures
from campaign.organize.statistics import routes as numbers
from campaign.organize.updates import pictures as update_pictures
from campaign.organize.updates import publish_page as update_publish_page
from campaign.organize.updates import routes as updates
from campaign.organize.updates import text as update_words
from campaign.organize.uploads import max_bytes_of_view

blueprint = Blueprint("organize", __name__, url_prefix="/organize")
blueprint.after_request(private)
blueprint.register_error_handler(EditConflict, answer_conflict)
PARTS = (
    *(
        sign_in,
        passkey_sign_in,
        links,
        overview,
        numbers,
        causes,
        petitions,
        events,
        updates,
        mail,
        suppressions,
    ),
    *(
        signatures,
        exports,
        handovers,
        imports,
        held,
        comments,
        corrections,
        bulk,
        rules,
        copies,
        erasures,
        retention,
        kiosks,
    ),
    *(people, api_keys, audit, account, second_factor, passkeys),
)
# These modules add views to a blueprint that another module defines.
MORE_PAGES = (
    *(
        petition_letter,
        petition_settings,
        petition_questions,
        petition_publish_page,
        petition_versions,
    ),
    *(petition_embedding, petition_sharing, cause_shape, cause_shape_drafts),
    *(update_words, update_publish_page, update_pictures),
    *(content_pictures, content_publishing),
    *(event_parts, event_cancelling, registrations, check_in, attendance),
    *(
        import_ends,
        import_files,
        import_sheets,
        kiosk_devices,
        kiosk_discarding,
        kiosk_names,
        kiosk_pairing,
        kiosk_poster,
        kiosk_review,
    ),
)
csrf = CSRFProtect()

for part in PARTS:
    blueprint.register_blueprint(part.blueprint)


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    figures.init_app(app)
    cause_counts.init_app(app)
    petition_guide.init_app(app)
    app.register_blueprint(blueprint)
    app.add_template_global(identity.may, "may")


@blueprint.before_request
def load_session() -> None:
    """Load the session, set the organizer's language, and refuse forms without our CSRF token."""
    view = current_app.view_functions[request.endpoint]
    if not hasattr(view, "permission"):
        raise LookupError(f"{request.endpoint} does not say who may see it")
    identity.find_session()
    request.max_content_length = max_bytes_of_view(view)
    _leave_out_nul()
    _speak()
    if None in request.form:
        # A malformed multipart body can hold a field without a name.
        abort(400)
    session.permanent = True
    try:
        csrf.protect()
    except ValueError as error:
        # The Referer holds no valid URL, so it cannot be compared.
        raise CSRFError("the Referer is no address") from error
    g.draft = request.form.get("draft") if request.method == "POST" else None


@blueprint.after_request
def tell_of_saved_draft(response: Response) -> Response:
    """Tell the browser to drop its local draft of a form that is now saved.

    See components/local_draft.html.
    """
    if g.get("draft") and response.status_code == 303 and identity.organizer():
        flash(g.draft, "saved-draft")
    return response


def _leave_out_nul() -> None:
    """Remove NUL characters from the input, since PostgreSQL cannot store them in text.

    Nobody types them, but pasted text may contain them.
    """
    for name in ("args", "form"):
        sent = getattr(request, name)
        if any("\0" in value for _key, value in sent.items(multi=True)):
            setattr(
                request,
                name,
                type(sent)(
                    [(key, value.replace("\0", "")) for key, value in sent.items(multi=True)]
                ),
            )


def _speak() -> None:
    who = identity.organizer() or identity.half_signed_in()
    languages = current_app.config["LANGUAGES"]
    if request.args.get("lang") in languages and who is None:
        session["lang"] = request.args["lang"]
    chosen = who.lang if who else session.get("lang")
    if chosen in languages:
        g.lang = chosen
        refresh()


@blueprint.context_processor
def who_is_here() -> dict[str, Any]:
    return {
        "organizer": identity.organizer(),
        "places": places(),
        "place": place_of(request.blueprint),
        "rail_numbers": rail_numbers,
    }


@blueprint.errorhandler(403)
def refuse(_error: Exception) -> ResponseReturnValue:
    return render_template("organize/refused.html"), 403


@blueprint.errorhandler(404)
def find_nothing(_error: Exception) -> ResponseReturnValue:
    return render_template("organize/not_found.html"), 404


@blueprint.errorhandler(413)
def refuse_large(_error: Exception) -> ResponseReturnValue:
    """Say that an uploaded file was too large, or show the general error page.

    In the second case the user can go back; the browser keeps the form.
    """
    refuse = getattr(current_app.view_functions[request.endpoint], "refuse_large", None)
    return refuse() if refuse else (render_template("errors/413.html"), 413)


@blueprint.errorhandler(CSRFError)
def ask_again(_error: Exception) -> ResponseReturnValue:
    """Answer a form whose CSRF token is no longer valid; nothing was changed.

    The page was open for weeks, or was opened before signing in elsewhere.
    """
    return expired_form()
