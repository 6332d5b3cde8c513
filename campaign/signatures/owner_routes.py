"""The page that the link in the mail opens: see, correct, hide, withdraw and download all that one signed."""

import json
from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, g, make_response, redirect, render_template, request, url_for

from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.petitions.presenters import PetitionCard, card, in_language
from campaign.petitions.queries import petition_by_id, petition_counts
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.sharing.referral_links import Link, link_of
from campaign.signatures import owner_operations, tokens
from campaign.signatures.confirm_presenters import NO_FORM, OtherForm, other_forms
from campaign.signatures.corrections import correction_of
from campaign.signatures.erasure import StillCounted, erase_one
from campaign.signatures.forms import OwnLinkForm, SupporterForm
from campaign.signatures.link_routes import request_page
from campaign.signatures.models import HeldCorrection, Signature
from campaign.signatures.pending_forms import copies_of_forms, waiting_forms
from campaign.signatures.queries import signature_by_token, signatures_of_address, was_own_link
from campaign.signatures.routes import blueprint
from campaign.subscriptions import tokens as news_keys
from campaign.subscriptions.queries import subscriptions_of_address
from campaign.text.email_addresses import mask

CORRECTED = ("given_name", "family_name", "country", "postal_code", "comment", "name_display")
DOWNLOADED = (
    *CORRECTED,
    "name_display_asked",
    "email",
    "state",
    "number",
    "evidence",
    "subscribe",
    "lang",
    "source",
)
INSTANTS = ("created_at", "confirmed_at", "hatched_at", "withdrawn_at")


@dataclass(frozen=True)
class OwnSignature:
    """One of the owner's signatures, its petition in the reader's language, and the form that corrects it.

    `link` is the one to pass on, None before it is counted. `waiting` are the forms that can still be confirmed, `correction` is what an
    organizer has yet to look at.
    """

    row: Signature
    petition: PetitionCard
    form: SupporterForm
    link: Link | None
    waiting: list[OtherForm]
    correction: HeldCorrection | None


@blueprint.get("/<lang>/signatures/mine/<token>")
def mine(token):
    return _page(token, _opened(token))


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/correct")
def correct(token, signature_id):
    opened = _opened(token)
    owner = _owner(opened)
    signature = owner_operations.own(signature_id, **owner)
    form = _form(signature, filled=True)
    if not form.validate():
        return _page(token, opened, refused=form, refused_id=signature_id)
    words = {name: form[name].data for name in CORRECTED}
    write(owner_operations.correct, signature_id=signature_id, now=utcnow(), **owner, **words)
    return redirect(url_for("signatures.mine", token=token, saved=signature_id), 303)


@blueprint.get("/<lang>/signatures/mine/<token>/<int:signature_id>/correct")
def correct_again(token, signature_id):
    """A reload or a language switch after a refused correction: back to the page."""
    return redirect(url_for("signatures.mine", token=token))


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/withdraw")
def withdraw(token, signature_id):
    write(
        owner_operations.withdraw, signature_id=signature_id, now=utcnow(), **_owner(_opened(token))
    )
    return redirect(url_for("signatures.mine", token=token), 303)


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/restore")
def restore(token, signature_id):
    write(owner_operations.restore, signature_id=signature_id, **_owner(_opened(token)))
    return redirect(url_for("signatures.mine", token=token), 303)


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/erase")
def erase(token, signature_id):
    """Erase one signature for good; the link goes on opening the others, where there are any."""
    owner = _owner(_opened(token))
    owner_operations.own(signature_id, **owner)
    try:
        write(erase_one, signature_id=signature_id)
    except StillCounted:
        return redirect(url_for("signatures.mine", token=token, leaving=1), 303)
    left = signatures_of_address(**owner)
    if not left:
        return redirect(url_for("signatures.erased"), 303)
    # It opens the others until the same day.
    return redirect(
        url_for("signatures.mine", token=tokens.own_token(left[0], last_day_of(token)), erased=1),
        303,
    )


@blueprint.get("/<lang>/signatures/erased")
def erased():
    """What is said once nothing is left: the link opens nothing any more."""
    return public(make_response(render_template("signatures/erased.html")), 60)


@blueprint.get("/<lang>/signatures/mine/<token>/download.json")
def download(token):
    """Everything kept of the owner's signatures, for people and machines to read."""
    rows = signatures_of_address(**_owner(_opened(token)))
    kept = {"signatures": [_everything(row) for row in rows]}
    # In lines, and in the letters that were typed: people read it in whatever opens a text.
    response = Response(
        json.dumps(kept, ensure_ascii=False, indent=2) + "\n", mimetype="application/json"
    )
    response.headers["Content-Disposition"] = "attachment; filename=my-signatures.json"
    return private(response)


def _opened(token):
    """Return the signature that the token opens; for a link that has ended or was never one of ours, a page that sends a new one."""
    signature = signature_by_token(tokens.MINE, token)
    if signature is None or signature.email_digest is None:
        has_ended = was_own_link(token)
        page = request_page(OwnLinkForm(formdata=None), "ended" if has_ended else "unknown")
        abort(private(make_response(page, 410 if has_ended else 404)))
    return signature


def _owner(opened):
    """Return whose signatures the link opens: those with exactly the address that it was sent to."""
    return {"email_digest": opened.email_digest, "email": opened.email}


def _page(token, opened, refused=None, refused_id=None):
    own = [
        _own_signature(row, refused if row.id == refused_id else _form(row))
        for row in signatures_of_address(**_owner(opened))
    ]
    page = render_template(
        "signatures/mine.html",
        email=mask(opened.email),
        signatures=own,
        token=token,
        until=last_day_of(token),
        refused=refused is not None,
        news=_news(token, opened),
        saved=request.args.get("saved", type=int),
        erased=request.args.get("erased") == "1",
        leaving=request.args.get("leaving") == "1",
    )
    return private(make_response(page, 422 if refused else 200))


def _own_signature(row, form):
    petition = petition_by_id(row.petition_id)
    count = petition_counts([petition.id]).get(petition.id, 0)
    link = link_of(row, g.lang, handing=False) if row.number else None
    return OwnSignature(
        row=row,
        petition=card(petition, g.lang, count, utcnow()),
        form=form,
        link=link,
        waiting=other_forms(row, NO_FORM, row.email, waiting_forms(row)),
        correction=correction_of(row.id),
    )


def _news(token, opened):
    """Return the address of the page where the owner chooses what news comes to them, or None where none does."""
    subscribed, last_day = subscriptions_of_address(**_owner(opened)), last_day_of(token)
    if not subscribed or last_day is None:
        return None
    # It works as long as the link to this page, so that nobody can make it last by opening one from the other.
    subscription, _cause = subscribed[0]
    return url_for(
        "subscriptions.preferences",
        token=news_keys.preferences_token(subscription, last_day),
    )


def _form(signature, filled=False):
    """Return the form with what is kept or, when `filled`, with what the request brings."""
    kept = {name: getattr(signature, name) or "" for name in CORRECTED}
    form = SupporterForm.sent() if filled else SupporterForm(formdata=None, data=kept)
    form.required = frozenset(
        {"given_name", *petition_by_id(signature.petition_id).required_fields} & form._fields.keys()
    )
    # One page holds a form for each signature, and a label must find the field of its own.
    for field in form:
        field.id = f"{field.name}-{signature.id}"
    return form


def _everything(row):
    petition = petition_by_id(row.petition_id)
    instants = {name: getattr(row, name) for name in INSTANTS}
    return {
        "petition": petition.slug,
        **{name: getattr(row, name) for name in DOWNLOADED},
        "answers": _answers(row.answers, petition),
        "unconfirmed_forms": copies_of_forms(row),
        "correction_in_review": correction.words if (correction := correction_of(row.id)) else None,
        # Whose link it was is that person's own.
        "came_by_a_link": row.brought_by is not None,
        **{
            name: at.isoformat() if isinstance(at, datetime) else None
            for name, at in instants.items()
        },
    }


def _answers(answers, petition):
    """Return what was answered to the petition's own questions, beside the words of each as far as it is still asked."""
    words = {
        question["name"]: in_language(question, g.lang)["label"] for question in petition.questions
    }
    return [
        {"name": name, "question": words.get(name, ""), "answer": answer}
        for name, answer in answers.items()
    ]
