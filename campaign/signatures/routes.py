"""The supporter's pages: sign, confirm, and see the butterfly number."""

from datetime import timedelta
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
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.db.transactions import DATABASE_AWAY
from campaign.extensions import write, write_together
from campaign.http.caching import private, public
from campaign.petitions.presenters import in_language
from campaign.petitions.queries import is_quiet, petition_by_id, petition_by_slug
from campaign.petitions.signing_terms import recent_terms
from campaign.process.clock import utcnow
from campaign.sharing.attribution import arrival
from campaign.sharing.referral_links import link_of
from campaign.signatures import operations, tokens
from campaign.signatures.abuse_limits import admit_signing, is_under_load, new_task, spend_proof
from campaign.signatures.confirm_presenters import form_page, other_forms
from campaign.signatures.error_codes import refusal
from campaign.signatures.forms import signature_form
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import sent_to, waiting_forms, was_used
from campaign.signatures.presenters import sheet, sheet_of_signature
from campaign.signatures.queries import confirmable_by_token, signature_by_token
from campaign.signatures.rule_cache import reason_to_hold

blueprint = Blueprint("signatures", __name__)
BUSY_SECONDS = 10


@blueprint.post("/<lang>/petitions/<slug>/signatures")
def sign(slug: str) -> ResponseReturnValue:
    """Record a signature. The answer is the same for first signatures and repeats."""
    now = utcnow()
    form_version = request.form.get("version", type=int)
    terms = recent_terms(slug, now=now, version=form_version)
    if terms is None:
        return _refuse_unknown()
    network = tokens.network_digest(request.remote_addr, now=now)
    pressed = admit_signing(request.remote_addr, terms.id)
    form = signature_form(
        terms.required_fields, [in_language(question, g.lang) for question in terms.questions]
    )
    g.arrival = arrival(request.form, request.referrer)
    if terms.phase != "open":
        return _refuse(slug, form, 410 if terms.phase == "closed" else 409)
    if not form.validate():
        return _refuse(slug, form, 422)
    words = form.columns() | {"address_digest": network} | g.arrival.columns()
    try:
        write_together(
            operations.sign_all,
            operations.signing(
                terms=terms,
                lang=g.lang,
                now=now,
                held_reason=_doubt(pressed) or _ruled_out(form, terms, words),
                **words,
            ),
        )
    except (operations.PetitionClosed, operations.PetitionNotYetOpen) as fact:
        return _refuse(slug, form, fact.status)
    except DATABASE_AWAY:
        current_app.logger.exception("a signature could not be written")
        return _refuse(slug, form, 503)
    if _wants_json():
        return jsonify(status="pending"), 201
    return redirect(url_for("signatures.thanks", slug=slug), 303)


@blueprint.get("/<lang>/petitions/<slug>/signatures")
def form_again(slug: str) -> ResponseReturnValue:
    """Redirect to the petition, after a reload or a language switch on a rejected form."""
    return redirect(url_for("petitions.show", slug=slug, _anchor="sign"))


@blueprint.get("/<lang>/petitions/<slug>/thanks")
def thanks(slug: str) -> ResponseReturnValue:
    """Thank the supporter and ask them to confirm by email."""
    context = sheet(slug, g.lang, utcnow()) or abort(404)
    days = current_app.config["CONFIRM_DAYS"]
    page = render_template(
        "signatures/thanks.html",
        confirm_days=days,
        mail_from=current_app.extensions["sender_address"],
        **context,
    )
    return public(make_response(page), 60)


@blueprint.get("/petitions/<slug>/proof")
def proof(slug: str) -> ResponseReturnValue:
    """Return a proof-of-work challenge, or nothing while the petition is not under load."""
    terms = recent_terms(slug, now=utcnow()) or abort(404)
    return jsonify(new_task()) if is_under_load(terms.id) else ("", 204)


@blueprint.get("/<lang>/signatures/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Show one form with a button to confirm it.

    This GET changes nothing, because mail scanners follow the link too.
    """
    found = confirmable_by_token(token)
    if found is None or found.signature.state == "erased":
        return _unknown_link()
    signature, form_id = found
    forms = waiting_forms(signature)
    form = next((each for each in forms if each.id == form_id), None)
    if form is None:
        return _answer_to_done(signature, form_id, forms)
    is_good = signature.mailed_at and signature.mailed_at > utcnow() - _good_for()
    petition = petition_by_id(signature.petition_id)
    return _private_page(
        "signatures/confirm.html",
        200 if is_good else 410,
        state="ready" if is_good else "expired",
        form=form_page(form, forms, petition, g.lang),
        other_forms=other_forms(signature, form_id, form.email, forms),
        token=token,
        sent_again=request.args.get("again") == "1",
        **sheet_of_signature(signature, g.lang, utcnow()),
    )


@blueprint.post("/<lang>/signatures/confirm/<token>")
def confirm_now(token: str) -> ResponseReturnValue:
    """Confirm, then redirect to an address without the token, because people share that page."""
    found = confirmable_by_token(token)
    if found is None:
        return _unknown_link()
    asked = {
        "signature_id": found.signature.id,
        "form_id": found.form_id,
        "now": utcnow(),
        "good_for": _good_for(),
    }
    if request.form.get("again"):
        write(operations.send_again, **asked)
        return redirect(url_for("signatures.confirm", token=token, again=1), 303)
    try:
        confirmed = write(operations.confirm, **asked)
    except operations.LinkExpired:
        return redirect(url_for("signatures.confirm", token=token), 303)
    found = confirmable_by_token(token)
    if confirmed is None or found is None:
        return _answer_to_done(*found, waiting_forms(found.signature)) if found else _unknown_link()
    # If another form was confirmed before, the page says so.
    target = (
        _receipt(found.signature)
        if was_used(*found)
        else url_for("signatures.confirm", token=token)
    )
    return redirect(target, 303)


@blueprint.get("/<lang>/signatures/hatched/<receipt>")
def hatched(receipt: str) -> ResponseReturnValue:
    """Show the butterfly number once it hatched. The receipt in the URL opens nothing else."""
    signature = signature_by_token(tokens.RECEIPT, receipt)
    if (
        signature is None
        or signature.confirmed_at is None
        or signature.state in ("withdrawn", "erased")
    ):
        abort(404)
    if _wants_json():
        return jsonify(number=signature.number)
    waited = utcnow() - signature.confirmed_at > timedelta(seconds=20)
    # The runner may not have put it into its batch yet.
    counts_later = signature.waits_until is not None or is_quiet(signature.petition_id)
    link = link_of(signature, g.lang)
    context = sheet_of_signature(signature, g.lang, utcnow())
    return _private_page(
        "signatures/hatched.html",
        200,
        number=signature.number,
        waited=waited,
        counts_later=counts_later,
        receipt=receipt,
        link=link,
        **context,
    )


def _doubt(pressed: bool) -> str:
    """Return why to hold this signature, or an empty text. Its supporter sees no difference."""
    if request.form.get("website"):
        return "hidden_field"
    return "no_proof" if pressed and not spend_proof(request.form.get("altcha")) else ""


def _ruled_out(form, terms, words):
    return reason_to_hold(
        terms, network=request.remote_addr, mail_domain=form.email.address.domain, words=words
    )


def _refuse(slug, form, status):
    """Answer with the petition's page and all that was entered, or with the errors as JSON."""
    if _wants_json():
        answer = jsonify(
            refusal(status, form, petition_by_slug(slug) if status in (409, 410) else None)
        )
    else:
        template = "embeds/show.html" if "frame" in g else "petitions/show.html"
        page = render_template(template, form=form, refused=status, **sheet(slug, g.lang, utcnow()))
        answer = make_response(page)
    answer.status_code = status
    if status == 503:
        answer.headers["Retry-After"] = str(BUSY_SECONDS)
    return answer


def _answer_to_done(signature, form_id, forms):
    """Answer to the link of a form that no longer waits.

    It was confirmed, or another one was, or its signature was withdrawn.
    """
    if _is_confirmed(signature):
        if was_used(signature, form_id):
            return redirect(_receipt(signature), 303)
        return _private_page(
            "signatures/confirm.html",
            200,
            state="other",
            signature=signature,
            **sheet_of_signature(signature, g.lang, utcnow()),
        )
    # Which of the waiting forms we may show depends on the address that this link was sent to.
    return _unknown_link(other_forms(signature, form_id, sent_to(signature, form_id), forms))


def _is_confirmed(signature: Signature) -> bool:
    return signature.confirmed_at is not None and signature.state not in ("withdrawn", "erased")


def _unknown_link(forms=()):
    return _private_page("signatures/confirm.html", 404, state="unknown", other_forms=forms)


def _refuse_unknown():
    return (jsonify(refusal(404)), 404) if _wants_json() else abort(404)


def _receipt(signature: Signature) -> str:
    return url_for("signatures.hatched", receipt=tokens.token_for(tokens.RECEIPT, signature))


def _good_for() -> timedelta:
    return timedelta(days=current_app.config["CONFIRM_DAYS"])


def _private_page(template: str, status: int, **context: Any) -> Response:
    return private(make_response(render_template(template, **context), status))


def _wants_json() -> bool:
    # Parsing the whole header takes a tenth of the time of a signing, and few clients ask for JSON.
    return (
        "json" in request.headers.get("Accept", "")
        and request.accept_mimetypes.best == "application/json"
    )
