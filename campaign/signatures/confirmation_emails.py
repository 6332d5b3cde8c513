"""Emails that ask to confirm a signature, and the reminders. Nothing counts without it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias, cast

from flask import Flask, current_app, g
from flask_babel import lazy_gettext as _l

from campaign.http.urls import absolute_url, without_scheme
from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.petitions.wording import Wording
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.emails import message_about
from campaign.signatures.models import RepeatSigning, Signature
from campaign.signatures.pending_forms import (
    UnconfirmedForm,
    form_by_id,
    later_forms,
    private_choices,
    waiting_forms,
)
from campaign.signatures.queries import signature_by_id, signatures_with_ids
from campaign.signatures.signing.repeats import CONFIRMATION, FORM_CONFIRMATION
from campaign.site.settings import local_day, site_settings
from campaign.text.typed_codes import spaced

REMINDER = "signature_reminder"
LAST_REMINDER = "signature_last_reminder"
# This path redirects to the page of the code in the reader's language.
SHORT_CODE_PATH = "/c"

# A signature, the form that an email is about, and all its forms that wait.
_Match: TypeAlias = tuple[Signature, UnconfirmedForm, list[UnconfirmedForm]]


def init_app(app: Flask) -> None:
    """Register the renderers.

    Anyone who knows an address can cause these emails, so they count toward its daily limit.
    """
    for kind, template, form_for, name in (
        (CONFIRMATION, "signature_confirmation", _first_form, _l("Request to confirm")),
        (
            FORM_CONFIRMATION,
            "signature_confirmation",
            _later_form,
            _l("Request to confirm another form"),
        ),
        (REMINDER, "signature_reminder", _newest_form, _l("First reminder")),
        (LAST_REMINDER, "signature_last_reminder", _newest_form, _l("Last reminder")),
    ):
        register(
            app,
            kind,
            partial(_request_message, template, form_for),
            name,
            is_bound=True,
            load=None if form_for is _later_form else _load_signatures,
        )


def _load_signatures(signature_ids: Collection[int]) -> Sequence[Signature]:
    """Read these signatures, and the later forms of each, for many emails at once."""
    forms = g.later_forms_of_emails = {signature_id: [] for signature_id in signature_ids}
    for form in later_forms(signature_ids):
        forms[form.signature_id].append(form)
    return signatures_with_ids(signature_ids)


def _first_form(queued: OutboxRow) -> _Match | None:
    """Return the signature, the form to confirm, and all its forms that wait.

    Return None if there is nothing left to confirm.
    """
    return _form_among(signature_by_id(queued.subject_id), lambda form: form.id is None)


def _later_form(queued: OutboxRow) -> _Match | None:
    row = form_by_id(queued.subject_id)
    signature = signature_by_id(row.signature_id) if row and row.signature_id else None
    return _form_among(signature, lambda form: form.id == queued.subject_id)


def _newest_form(queued: OutboxRow) -> _Match | None:
    """Return the same for a reminder, which is about the newest form that was emailed before."""
    return _form_among(signature_by_id(queued.subject_id), lambda form: form.mailed_at)


def _form_among(
    signature: Signature | None, is_match: Callable[[UnconfirmedForm], object]
) -> _Match | None:
    forms = _waiting_forms(signature) if signature is not None else []
    matches = [form for form in forms if is_match(form)]
    return (cast(Signature, signature), matches[-1], forms) if matches else None


def _waiting_forms(signature: Signature) -> list[UnconfirmedForm]:
    later: dict[int, list[RepeatSigning]] = g.get("later_forms_of_emails", {})
    return waiting_forms(signature, later.get(signature.id))


def _request_message(
    template: str, form_for: Callable[[OutboxRow], _Match | None], queued: OutboxRow
) -> Message | None:
    """Return the Message that asks to confirm a form, or None if it no longer applies."""
    match = form_for(queued)
    if match is None:
        return None
    signature, form, forms = match
    if _link_ends(signature, current_app.config) <= utcnow():
        return None
    visible = replace(form, columns={**form.columns, **private_choices(forms)})
    url = _confirm_url(signature, visible, queued.lang)
    return request_message(template, signature, visible, queued.lang, confirm_url=url)


def request_message(
    template: str,
    signature: Signature,
    form: UnconfirmedForm,
    lang: str,
    *,
    confirm_url: str,
    wording: Wording | None = None,
) -> Message:
    """Return the Message that asks to confirm `form`, whose button opens `confirm_url`.

    `wording` is that of the petition unless one is given, as for a preview.
    """
    return message_about(
        template,
        lang,
        signature.petition_id,
        form,
        personal={"confirm_url": confirm_url, **_code_values(signature, form)},
        context=_confirmation_values(signature, form, lang),
        wording=wording,
    )


def _confirm_url(signature: Signature, form: UnconfirmedForm, lang: str) -> str:
    token = tokens.confirm_token(signature, form.id)
    return absolute_url("signatures.confirm", lang, token=token)


def _code_values(signature: Signature, form: UnconfirmedForm) -> dict[str, str]:
    """Return the code to type, and the same for screen readers, which say each character."""
    code = tokens.confirm_code(signature, form.id)
    return {"confirm_code": spaced(code), "spelled_code": " ".join(code)}


def _confirmation_values(signature: Signature, form: UnconfirmedForm, lang: str) -> dict[str, Any]:
    expires_at = min(
        _link_ends(signature, current_app.config),
        form.created_at + timedelta(days=site_settings().erase_pending_days),
    )
    return {
        "expires_on": local_day(expires_at),
        "erase_days": site_settings().erase_pending_days,
        "code_url": absolute_url("signatures.enter_code", lang),
        "code_address": without_scheme(SHORT_CODE_PATH),
        "link_request_url": absolute_url("signatures.request_own_link", lang),
    }


def _link_ends(signature: Signature, config: Mapping[str, Any]) -> datetime:
    return cast(datetime, signature.mailed_at) + timedelta(days=site_settings().confirm_days)
