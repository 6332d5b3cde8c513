"""Confirming by email, which changes only the supporter's own row, and the thanks for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from campaign.errors import LinkExpired
from campaign.extensions import db
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_later
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import UnconfirmedForm, use_form, waiting_forms
from campaign.signatures.signing.repeats import mail_form

THANKS = "signature_thanks"
# Counting takes less than a second. The email waits longer if its signature does.
THANKS_DELAY = timedelta(seconds=3)


def send_again(
    *, signature_id: int, now: datetime, good_for: timedelta, form_id: int | None = None
) -> None:
    """Queue a new confirmation email for this form after its link has expired.

    `good_for` is how long a link in an email is valid. Harmless if the form no longer waits.
    """
    signature = _locked(signature_id)
    form = _waiting_form(waiting_forms(signature) if signature else None, form_id)
    if (
        signature
        and form is not None
        and (signature.mailed_at is None or signature.mailed_at <= now - good_for)
    ):
        mail_form(signature_id, form_id, lang=form.lang, now=now, good_for=good_for)


def confirm(
    *, signature_id: int, now: datetime, good_for: timedelta, form_id: int | None = None
) -> int | None:
    """Confirm one form for its supporter (None: the first one). Doing it twice changes nothing.

    `good_for` is how long a link in an email is valid. Return the signature's id, also if another
    form was confirmed before, or None if there is no such form. If several forms wait, their more
    private choices apply. A held signature stays held, with the time noted. The first time, we
    queue the email that thanks. People who withdraw and sign again were thanked before. Raise
    LinkExpired.
    """
    signature = _locked(signature_id)
    if signature is None or signature.state == "erased":
        return None
    if signature.confirmed_at is not None and signature.state != "withdrawn":
        return signature.id
    forms = waiting_forms(signature)
    form = _waiting_form(forms, form_id)
    if form is None:
        return None
    if signature.mailed_at is None or signature.mailed_at <= now - good_for:
        raise LinkExpired(signature_id)
    is_first = signature.confirmed_at is None
    use_form(signature, form, forms, now)
    if is_first and signature.evidence == "email":
        queue_thanks(signature_id=signature.id, lang=signature.lang)
    return signature.id


def queue_thanks(*, signature_id: int, lang: str) -> None:
    """Queue the email that thanks for a signature confirmed for the first time.

    Call it in the transaction that confirms, and only once for a signature. The email is written
    when the signature has its number. Nobody waits for it, so it goes after requests to confirm.
    """
    enqueue_later(
        kind=THANKS, subject_id=signature_id, lang=lang, priority=BULK, delay=THANKS_DELAY
    )


def _locked(signature_id: int) -> Signature | None:
    """Return the signature, locked until the transaction ends, or None.

    Of two links pressed at once, the second one waits.
    """
    return db.session.get(Signature, signature_id, with_for_update=True, populate_existing=True)


def _waiting_form(
    forms: Iterable[UnconfirmedForm] | None, form_id: int | None
) -> UnconfirmedForm | None:
    return next((form for form in forms or () if form.id == form_id), None)
