"""The views of signing, for pages with different templates and addresses."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import (
    Response,
    abort,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)

from campaign.db.failure_log import FailureLog
from campaign.db.transactions import DATABASE_AWAY
from campaign.errors import CampaignError
from campaign.http.caching import private
from campaign.petitions.kinds import kind_of
from campaign.petitions.queries import petition_by_slug
from campaign.petitions.questions import in_language
from campaign.petitions.signing_terms import recent_terms
from campaign.process.clock import utcnow
from campaign.sharing.attribution import arrival
from campaign.signatures.forms import signature_form
from campaign.signatures.presenters import petition_context_by_slug, refusal
from campaign.signatures.signing.abuse_limits import admit_signing
from campaign.signatures.signing.submission import SigningUnavailable, Submission, submit
from campaign.surge.state import SigningBusy

failure_log = FailureLog(logging.getLogger("campaign.signing"))
# Soon after emails begin to wait, the thanks pages have to say so.
THANKS_SECONDS = 5


@dataclass(frozen=True, slots=True)
class SigningPage:
    """The page that a signing form is on: its template with extra context, and where it leads.

    With `endpoint`, it is only for the kinds of action whose forms are sent there.
    """

    template: str
    thanks_url: str
    context: Mapping[str, Any] = field(default_factory=dict)
    endpoint: str = ""


def sign_and_answer(slug: str, page: SigningPage) -> Response:
    """Accept the signature in the request's form and return a redirect, the page again, or JSON.

    The answer is the same for first signatures and repeats. While the database is away, not even
    the petition can be shown, but what was entered is.
    """
    try:
        return _sign_and_answer(slug, page)
    except DATABASE_AWAY as error:
        failure_log.note(error, "signing")
        return _refuse(slug, page, SigningUnavailable())


def _sign_and_answer(slug: str, page: SigningPage) -> Response:
    now = utcnow()
    terms = recent_terms(slug, now=now, version=request.form.get("version", type=int))
    if terms is None or page.endpoint not in ("", kind_of(terms.action_kind).submit):
        return _unknown_petition()
    arrived_from = arrival(request.form, request.referrer)
    needs_proof = admit_signing(request.remote_addr, terms.id)
    form = signature_form(
        terms.required_fields,
        [in_language(question, g.lang) for question in terms.questions],
        action=terms,
        lang=g.lang,
    )
    result = submit(
        Submission(
            terms=terms,
            form=form,
            lang=g.lang,
            received_at=now,
            network=request.remote_addr,
            honeypot=request.form.get("website", ""),
            needs_proof=needs_proof,
            proof=request.form.get("altcha", ""),
            referrer_id=arrived_from.signature_id,
            source=arrived_from.source,
            notice=request.form.get("notice", ""),
        )
    )
    if result.error is not None:
        return _refuse(slug, page, result.error, form=form, arrival=arrived_from)
    if wants_json():
        return make_response(jsonify(status="pending"), 201)
    return make_response(redirect(page.thanks_url, 303))


def fill_again(slug: str, page: SigningPage) -> Response:
    """Return the page of a form with all that was entered, and store nothing."""
    context = petition_context_by_slug(slug, g.lang, utcnow()) or abort(404)
    action = context["petition"]
    if page.endpoint not in ("", kind_of(action.action_kind).submit):
        abort(404)
    form = signature_form(action.required_fields, action.questions, action=action, lang=g.lang)
    html = render_template(page.template, **context, form=form, **page.context)
    return private(make_response(html))


def wants_json() -> bool:
    """Return whether the client asks for JSON."""
    # Parsing the whole header takes a tenth of the time of a signing, and few clients ask for JSON.
    return (
        "json" in request.headers.get("Accept", "")
        and request.accept_mimetypes.best == "application/json"
    )


def _refuse(slug: str, page: SigningPage, error: CampaignError, **context: Any) -> Response:
    """Answer with the form's page and all that was entered, or with the errors as JSON."""
    status = error.status
    if wants_json():
        petition = petition_by_slug(slug) if status in (409, 410) else None
        response = jsonify(refusal(status, context.get("form"), petition))
    elif isinstance(error, (SigningBusy, SigningUnavailable)):
        response = _try_again_page(page, error)
    else:
        page_context = petition_context_by_slug(slug, g.lang, utcnow()) or abort(404)
        response = make_response(
            render_template(
                page.template, refused=status, **page_context, **context, **page.context
            )
        )
    response.status_code = status
    if error.retry_seconds:
        response.headers["Retry-After"] = str(error.retry_seconds)
    return response


def _try_again_page(page: SigningPage, error: SigningBusy | SigningUnavailable) -> Response:
    """Return a page that holds all that was entered, and a button that sends it again.

    Rendering the petition would take longer than to accept the signature. So this page is small,
    and asks the database for nothing.
    """
    return make_response(
        render_template(
            "signatures/try_again.html",
            entered=list(request.form.items(multi=True)),
            form_action=page.context.get("form_action") or request.path,
            seconds=error.retry_seconds,
            is_crowded=isinstance(error, SigningBusy),
            is_framed="is_framed" in page.context,
        )
    )


def _unknown_petition() -> Response:
    return make_response(jsonify(refusal(404)), 404) if wants_json() else abort(404)
