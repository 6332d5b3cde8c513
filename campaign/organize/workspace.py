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
from campaign.i18n.locales import INTERFACE_LANGUAGES, interface_lang
from campaign.organize.account import routes as account
from campaign.organize.account import second_factor
from campaign.organize.answers import announcements as answer_announcements
from campaign.organize.answers import routes as answers
from campaign.organize.auth import links, sign_in
from campaign.organize.auth.unsaved_forms import expired_form
from campaign.organize.causes import routes as causes
from campaign.organize.causes import shape_drafts as cause_shape_drafts
from campaign.organize.causes import shapes as cause_shapes
from campaign.organize.content import pictures as content_pictures
from campaign.organize.content import publishing as content_publishing
from campaign.organize.core import identity
from campaign.organize.core.access import max_bytes_of_view
from campaign.organize.core.edit_conflicts import answer_conflict
from campaign.organize.core.navigation import counts_of_request, entry_of, sidebar_entries
from campaign.organize.events import check_in, registrations
from campaign.organize.events import messages as event_messages
from campaign.organize.events import parts as event_parts
from campaign.organize.events import routes as events
from campaign.organize.exports import deliveries
from campaign.organize.exports import routes as exports
from campaign.organize.exports import thresholds as delivery_thresholds
from campaign.organize.imports import files as import_files
from campaign.organize.imports import routes as imports
from campaign.organize.imports import sheets as import_sheets
from campaign.organize.kiosks import devices as kiosk_devices
from campaign.organize.kiosks import review as kiosk_review
from campaign.organize.kiosks import routes as kiosks
from campaign.organize.mail import routes as mail
from campaign.organize.mail import subscriber_imports, subscribers, suppressions
from campaign.organize.moderation import bulk, queues, rules
from campaign.organize.organisations import routes as organisations
from campaign.organize.overview import routes as overview
from campaign.organize.people import api_keys, audit
from campaign.organize.people import routes as people
from campaign.organize.petitions import parts as petition_parts
from campaign.organize.petitions import questions as petition_questions
from campaign.organize.petitions import routes as petitions
from campaign.organize.petitions import settings as petition_settings
from campaign.organize.petitions import sharing as petition_sharing
from campaign.organize.petitions import text as petition_text
from campaign.organize.petitions import versions as petition_versions
from campaign.organize.petitions import wording as petition_wording
from campaign.organize.petitions.letters import routes as letters
from campaign.organize.petitions.letters import targets as letter_targets
from campaign.organize.petitions.letters import text as letter_text
from campaign.organize.setup import routes as setup
from campaign.organize.signatures import personal_data
from campaign.organize.signatures import routes as signatures
from campaign.organize.site import routes as site
from campaign.organize.statistics import figures
from campaign.organize.statistics import routes as statistics
from campaign.organize.switches import routes as switches
from campaign.organize.targets import files as target_files
from campaign.organize.targets import routes as targets
from campaign.organize.updates import routes as updates
from campaign.organize.updates import text as update_pictures
from campaign.site.languages import request_lang
from campaign.site.settings import site_settings
from campaign.switches.state import check_switch

blueprint = Blueprint("organize", __name__, url_prefix="/organize")
blueprint.after_request(private)
blueprint.register_error_handler(EditConflict, answer_conflict)
BLUEPRINTS = (
    sign_in.blueprint,
    sign_in.passkeys_blueprint,
    links.blueprint,
    links.first_admin_blueprint,
    setup.blueprint,
    overview.blueprint,
    statistics.blueprint,
    organisations.blueprint,
    causes.blueprint,
    petitions.blueprint,
    targets.blueprint,
    events.blueprint,
    updates.blueprint,
    mail.blueprint,
    suppressions.blueprint,
    subscribers.blueprint,
    signatures.blueprint,
    exports.blueprint,
    deliveries.blueprint,
    answers.blueprint,
    imports.blueprint,
    queues.blueprint,
    queues.comments_blueprint,
    queues.corrections_blueprint,
    bulk.blueprint,
    rules.blueprint,
    personal_data.copies_blueprint,
    personal_data.erasures_blueprint,
    personal_data.blueprint,
    kiosks.blueprint,
    people.blueprint,
    api_keys.blueprint,
    audit.blueprint,
    switches.blueprint,
    site.blueprint,
    account.blueprint,
    second_factor.blueprint,
    second_factor.passkeys_blueprint,
)
# These modules add views to a blueprint that another module defines.
MORE_ROUTES = (
    answer_announcements,
    petition_text,
    petition_settings,
    petition_questions,
    petition_versions,
    petition_sharing,
    petition_wording,
    letter_text,
    letter_targets,
    letters,
    cause_shapes,
    cause_shape_drafts,
    update_pictures,
    content_pictures,
    content_publishing,
    event_parts,
    registrations,
    event_messages,
    check_in,
    delivery_thresholds,
    target_files,
    import_files,
    import_sheets,
    subscriber_imports,
    kiosk_devices,
    kiosk_review,
)
csrf = CSRFProtect()

for part in BLUEPRINTS:
    blueprint.register_blueprint(part)


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    figures.init_app(app)
    overview.init_app(app)
    petition_parts.init_app(app)
    app.register_blueprint(blueprint)
    app.add_template_global(identity.may, "may")


@blueprint.before_request
def load_session() -> None:
    """Load the session, set the organizer's language, and refuse forms without our CSRF token."""
    view = current_app.view_functions[request.endpoint or ""]
    if not hasattr(view, "permission"):
        raise LookupError(f"{request.endpoint} does not say who may see it")
    identity.find_session()
    request.max_content_length = max_bytes_of_view(view)
    _strip_nul()
    _set_language()
    if None in request.form:
        # A malformed multipart body can hold a field without a name.
        abort(400)
    session.permanent = True
    try:
        csrf.protect()
    except ValueError as error:
        # The Referer holds no valid URL, so it cannot be compared.
        raise CSRFError("the Referer is no address") from error
    if any(upload.filename for upload in request.files.values()):
        check_switch("uploads")
    g.draft = request.form.get("draft") if request.method == "POST" else None


@blueprint.after_request
def clear_saved_draft(response: Response) -> Response:
    """Tell the browser to drop its local draft of a form that is now saved.

    See components/local_draft.html.
    """
    if g.get("draft") and response.status_code == 303 and identity.organizer():
        flash(g.draft, "saved-draft")
    return response


def _strip_nul() -> None:
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


def _set_language() -> None:
    who = identity.organizer() or identity.half_signed_in()
    if request.args.get("lang") in INTERFACE_LANGUAGES and who is None:
        session["lang"] = request.args["lang"]
    chosen = who.lang if who else session.get("lang")
    # The workspace is only in languages into which it is translated, whatever those of the site.
    g.lang = (
        chosen
        if chosen in INTERFACE_LANGUAGES
        else interface_lang(request_lang(), site_settings().languages)
    )
    refresh()


@blueprint.context_processor
def workspace_context() -> dict[str, Any]:
    return {
        "organizer": identity.organizer(),
        "switch_languages": None if identity.organizer() else INTERFACE_LANGUAGES,
        "sidebar_entries": sidebar_entries(),
        "sidebar_entry": entry_of(request.blueprint or ""),
        "sidebar_counts": counts_of_request,
    }


@blueprint.errorhandler(403)
def render_forbidden(_error: Exception) -> ResponseReturnValue:
    return render_template("organize/refused.html"), 403


@blueprint.errorhandler(404)
def render_not_found(_error: Exception) -> ResponseReturnValue:
    return render_template("organize/not_found.html"), 404


@blueprint.errorhandler(413)
def answer_large_request(_error: Exception) -> ResponseReturnValue:
    """Say that an uploaded file was too large, or show the general error page.

    In the second case the user can go back. The browser keeps the form.
    """
    refuse = getattr(current_app.view_functions[request.endpoint or ""], "refuse_large", None)
    return refuse() if refuse else (render_template("errors/413.html"), 413)


@blueprint.errorhandler(CSRFError)
def answer_csrf_error(_error: Exception) -> ResponseReturnValue:
    """Answer a form whose CSRF token is no longer valid. Nothing was changed.

    The page was open for weeks, or was opened before signing in elsewhere.
    """
    return expired_form()
