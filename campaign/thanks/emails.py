"""The email that thanks people and tells them their number, once their signature is counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from babel.numbers import format_decimal
from flask import Flask, g
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.http.urls import absolute_url
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import NotNow, register
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_counts
from campaign.petitions.wording import Wording
from campaign.process.clock import utcnow
from campaign.signatures.emails import message_to_signer, petition_of_emails
from campaign.signatures.models import EMAILED_STATES, Signature
from campaign.signatures.notification_emails import confirmed_message
from campaign.signatures.operations import THANKS
from campaign.signatures.queries import signature_by_id, signatures_with_ids
from campaign.signatures.signing.repeats import PRESSED
from campaign.thanks.next_step import NextStep, next_step_of, note_signed, share_url_of

TEMPLATE = "signature_thanks"
# The same where nobody confirmed the signature apart. It says how to withdraw it.
PRESSED_TEMPLATE = "signature_pressed_thanks"
NOT_COUNTED_YET = "its signature is not counted yet"
# The longer a signature waits, the less often we look: a review may take days.
MIN_WAIT_SECONDS = 3
MAX_WAIT_SECONDS = 86_400
# Thanks that come later than this surprise more than they please.
MAX_AGE = timedelta(days=30)
# Without a next step there is only the thanks.
NO_STEP = NextStep("", "", "")


def init_app(app: Flask) -> None:
    """Register the renderers of the email. Only the owner of an address causes it."""
    register(app, THANKS, partial(_thanks_message, TEMPLATE), _l("Thank-you email"), load=_load)
    register(app, PRESSED, _pressed_message, _l("Signature with one press"), load=_load)


def _load(signature_ids: Collection[int]) -> Sequence[Signature]:
    signatures = signatures_with_ids(signature_ids)
    note_signed([row.email_digest for row in signatures if row.email_digest])
    return signatures


def _pressed_message(queued: OutboxRow) -> Message | None:
    """Return the Message about a signature by one press, which thanks as soon as it counts.

    Where no thanks will follow, or only after a review, it tells at once what was signed.
    """
    signature = signature_by_id(queued.subject_id)
    if signature is None:
        return None
    if signature.state == "held" or not petition_of_emails(signature.petition_id).sends_thanks:
        return confirmed_message("signature_pressed", queued)
    return _thanks_message(PRESSED_TEMPLATE, queued)


def _thanks_message(template: str, queued: OutboxRow) -> Message | None:
    """Return the Message, or None if it no longer applies. Raise NotNow until it is counted."""
    signature = signature_by_id(queued.subject_id)
    now = utcnow()
    if (
        signature is None
        or signature.state not in EMAILED_STATES
        or signature.confirmed_at is None
        or signature.rejected_at is not None
        or not signature.email
        or now - queued.created_at > MAX_AGE
        or not petition_of_emails(signature.petition_id).sends_thanks
    ):
        return None
    if signature.state != "counted":
        raise NotNow(_seconds_to_wait(signature, queued.created_at, now), NOT_COUNTED_YET)
    return thanks_message(signature, queued.lang, template=template)


def _seconds_to_wait(signature: Signature, since: datetime, now: datetime) -> float:
    waited = (now - since).total_seconds() / 2
    left = (signature.waits_until - now).total_seconds() if signature.waits_until else 0
    return min(max(waited, left, 0) + MIN_WAIT_SECONDS, MAX_WAIT_SECONDS)


def thanks_message(
    signature: Signature,
    lang: str,
    *,
    template: str = TEMPLATE,
    wording: Wording | None = None,
    links: Mapping[str, str] | None = None,
) -> Message:
    """Return the Message about a counted signature.

    `wording` is that of the petition unless one is given, as for a preview. `links` replace those
    to personal pages.
    """
    petition = petition_of_emails(signature.petition_id)
    count = _count_of(petition)
    number = format_decimal(signature.number or count, locale=locale_of(lang))
    step = next_step_of(signature, lang) or NO_STEP
    with force_locale(locale_of(lang)):
        share_title = str(kind_of(petition.action_kind).texts.ask_title)
    personal = {
        "number": number,
        "number_url": _number_url(signature, petition, lang),
        "share_url": share_url_of(signature, lang),
        "next_url": step.url,
        **(links or {}),
    }
    return message_to_signer(
        template,
        signature,
        lang,
        personal=personal,
        wording=wording,
        count=count,
        share_title=share_title,
        # The same for many people, except for the link, so that it is rendered once for them.
        next=replace(step, url=""),
    )


def _number_url(signature: Signature, petition: Petition, lang: str) -> str:
    if not signature.number:
        return ""
    return absolute_url("montage.show", lang, slug=petition.cause.slug, n=signature.number)


def _count_of(petition: Petition) -> int:
    """Return the count that pages show, read once for all emails of a pass."""
    counts: dict[int, int] = g.setdefault("counts_of_emails", {})
    if petition.id not in counts:
        counts.update(petition_counts([petition.id]))
    return counts.get(petition.id, 0)
