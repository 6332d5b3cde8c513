"""The supporter's pages: sign, confirm, and see the butterfly number."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.errors import LinkExpired
from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import is_quiet, petition_by_id, petition_by_slug
from campaign.petitions.signing_terms import recent_terms
from campaign.process.clock import utcnow
from campaign.sharing.operations import confirm_and_assign_text
from campaign.sharing.referral_links import referral_link
from campaign.signatures import operations, tokens
from campaign.signatures.codes.forms import CodeForm
from campaign.signatures.emails import address_of_emails
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import UnconfirmedForm, sent_to, waiting_forms, was_used
from campaign.signatures.presenters import (
    OtherForm,
    form_page,
    other_forms,
    petition_context,
    signature_context,
)
from campaign.signatures.queries import confirmable_by_token, signature_by_token
from campaign.signatures.signing.abuse_limits import is_under_load, new_challenge
from campaign.signatures.signing.views import (
    THANKS_SECONDS,
    SigningPage,
    sign_and_answer,
    wants_json,
)
from campaign.site.settings import site_settings
from campaign.surge.state import emails_wait

blueprint = Blueprint("signatures", __name__)


@blueprint.post("/<lang>/petitions/<slug>/signatures")
def sign(slug: str) -> ResponseReturnValue:
    """Record a signature. The answer is the same for first signatures and repeats."""
    thanks_url = url_for("signatures.thanks", slug=slug)
    return sign_and_answer(
        slug, SigningPage("petitions/show.html", thanks_url, endpoint="signatures.sign")
    )


@blueprint.get("/<lang>/petitions/<slug>/signatures")
def form_again(slug: str) -> ResponseReturnValue:
    """Redirect to the petition, after a reload or a language switch on a rejected form."""
    return redirect(url_for("petitions.show", slug=slug, _anchor="sign"))


@blueprint.get("/<lang>/petitions/<slug>/thanks")
def thanks(slug: str) -> ResponseReturnValue:
    """Thank the supporter and ask them to confirm by email."""
    petition = petition_by_slug(slug) or abort(404)
    page = render_template(
        "signatures/thanks.html",
        code_fields=CodeForm.empty(),
        confirm_days=site_settings().confirm_days,
        mail_from=address_of_emails(petition),
        emails_wait=emails_wait(),
        **petition_context(petition, g.lang, utcnow()),
    )
    return public(make_response(page), THANKS_SECONDS)


@blueprint.get("/petitions/<slug>/proof")
def proof(slug: str) -> ResponseReturnValue:
    """Return a proof-of-work challenge, or nothing while the petition is not under load."""
    terms = recent_terms(slug, now=utcnow()) or abort(404)
    return jsonify(new_challenge()) if is_under_load(terms.id) else ("", 204)


@blueprint.get("/<lang>/signatures/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Show one form with a button to confirm it.

    This GET changes nothing, because mail scanners follow the link too.
    """
    link = confirmable_by_token(token)
    if link is None or link.signature.state == "erased":
        return _unknown_link()
    signature, form_id = link
    forms = waiting_forms(signature)
    form = next((waiting for waiting in forms if waiting.id == form_id), None)
    if form is None:
        return _answer_to_done(signature, form_id, forms)
    is_good = signature.mailed_at and signature.mailed_at > utcnow() - _good_for()
    petition = cast(Petition, petition_by_id(signature.petition_id))
    part = kind_of(petition.action_kind).confirm_part
    return _private_page(
        "signatures/confirm.html",
        200 if is_good else 410,
        confirm_part=part and part(form, g.lang),
        state="ready" if is_good else "expired",
        form=form_page(form, forms, petition, g.lang),
        other_forms=other_forms(signature, form_id, form.email, forms),
        token=token,
        sent_again=request.args.get("again") == "1",
        **signature_context(signature, g.lang, utcnow()),
    )


@blueprint.post("/<lang>/signatures/confirm/<token>")
def confirm_now(token: str) -> ResponseReturnValue:
    """Confirm, then redirect to an address without the token, because people share that page."""
    link = confirmable_by_token(token)
    if link is None:
        return _unknown_link()
    if request.form.get("again"):
        write(
            operations.send_again,
            signature_id=link.signature.id,
            form_id=link.form_id,
            now=utcnow(),
            good_for=_good_for(),
        )
        return redirect(url_for("signatures.confirm", token=token, again=1), 303)
    try:
        confirmed = write(
            confirm_and_assign_text,
            signature_id=link.signature.id,
            form_id=link.form_id,
            now=utcnow(),
            good_for=_good_for(),
            lang=g.lang,
        )
    except LinkExpired:
        return redirect(url_for("signatures.confirm", token=token), 303)
    link = confirmable_by_token(token)
    if confirmed is None or link is None:
        return _answer_to_done(*link, waiting_forms(link.signature)) if link else _unknown_link()
    # If another form was confirmed before, the page says so.
    target = (
        _after_confirming(link.signature)
        if was_used(*link)
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
    if wants_json():
        return jsonify(number=signature.number)
    waited = utcnow() - signature.confirmed_at > timedelta(seconds=20)
    # The runner may not have put it into its group yet.
    counts_later = signature.waits_until is not None or is_quiet(signature.petition_id)
    context = signature_context(signature, g.lang, utcnow())
    return _private_page(
        "signatures/hatched.html",
        200,
        number=signature.number,
        waited=waited,
        counts_later=counts_later,
        receipt=receipt,
        signed_before=request.args.get("again") == "1",
        link=referral_link(signature),
        **context,
    )


def _answer_to_done(
    signature: Signature, form_id: int | None, forms: list[UnconfirmedForm]
) -> ResponseReturnValue:
    """Answer to the link of a form that no longer waits.

    It was confirmed, or another one was, or its signature was withdrawn.
    """
    if signature.is_confirmed:
        if was_used(signature, form_id):
            return redirect(_after_confirming(signature), 303)
        return _private_page(
            "signatures/confirm.html",
            200,
            state="other",
            signature=signature,
            **signature_context(signature, g.lang, utcnow()),
        )
    # Which of the waiting forms we may show depends on the address that this link was sent to.
    return _unknown_link(other_forms(signature, form_id, sent_to(signature, form_id), forms))


def _unknown_link(forms: Sequence[OtherForm] = ()) -> Response:
    return _private_page("signatures/confirm.html", 404, state="unknown", other_forms=forms)


def _after_confirming(signature: Signature) -> str:
    petition = cast(Petition, petition_by_id(signature.petition_id))
    own = kind_of(petition.action_kind).confirmed_url
    return (own and own(signature)) or url_for(
        "signatures.hatched", receipt=tokens.token_for(tokens.RECEIPT, signature)
    )


def _good_for() -> timedelta:
    return timedelta(days=site_settings().confirm_days)


def _private_page(template: str, status: int, **context: Any) -> Response:
    return private(make_response(render_template(template, **context), status))
