"""The mails that a signature causes; each is worded at the moment it is sent, and dropped where it is no longer apt."""

from datetime import timedelta
from functools import partial

from flask import current_app, g
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import db
from campaign.lib.addresses import whole_address
from campaign.mail.composition import Message, render
from campaign.mail.delivery import register
from campaign.petitions.queries import petition_by_id
from campaign.signatures import keys
from campaign.signatures.erasing import NOTICE_LETTER, erases_at
from campaign.signatures.queries import signature_by_id
from campaign.signatures.repeats import CONFIRMATION, PASSED_ON, REPEAT

REMINDER = "signature_reminder"
LAST_REMINDER = "signature_last_reminder"
UNCONFIRMED = ("pending", "held")
CONFIRMED = ("confirmed", "counted", "held")


def init_app(app):
    """Tell the mail room who words the mails that signatures owe."""
    for kind, template, is_apt, name in (
        (CONFIRMATION, "signature_confirmation", _waits, _l("Asks for confirmation")),
        (REMINDER, "signature_reminder", _waits, _l("First reminder")),
        (LAST_REMINDER, "signature_last_reminder", _waits, _l("Last reminder")),
        (REPEAT, "signature_repeat", _is_confirmed, _l("Tells of a repeated signature")),
        (PASSED_ON, "signature_passed_on", _is_confirmed, _l("Tells of a signature that a partner sent")),
    ):
        register(app, kind, partial(_compose, template, is_apt), name)
    register(app, NOTICE_LETTER, _erasing_notice, _l("Tells that data is about to be erased"))


def _waits(signature):
    return signature.state in UNCONFIRMED and signature.confirmed_at is None


def _is_confirmed(signature):
    return signature.state in CONFIRMED and signature.confirmed_at is not None


def _compose(template, is_apt, owed):
    """Return the Message for what is owed, or None where its occasion has passed."""
    signature = signature_by_id(owed.subject_id)
    if signature is None or not is_apt(signature):
        return None
    wording = render(template, owed.lang, **_words(signature, owed.lang))
    return Message(
        to=signature.email,
        to_name=signature.full_name,
        digest=signature.email_digest,
        lang=owed.lang,
        **wording._asdict(),
    )


def _erasing_notice(owed):
    """Return the Message that tells an owner that personal data is about to go, or None where it is to stay after all."""
    entry = db.session.get(AuditEntry, owed.subject_id)
    organizer = organizer_by_id(entry.details["organizer"]) if entry else None
    petition = petition_by_id(entry.subject_id) if entry else None
    at = erases_at(petition) if petition else None
    if organizer is None or organizer.removed_at is not None or at is None or petition.retention_done_at is not None:
        return None
    words = {
        "petition_title": petition.current_version.text(owed.lang, petition.original_lang).title,
        "erases_on": at,
        "retention_url": whole_address("organize.retention.edit", owed.lang, slug=petition.slug),
    }
    wording = render("retention_notice", owed.lang, cause_title="Volante", site_name="Volante", **words)
    address = {"to": organizer.email, "to_name": organizer.name, "digest": organizer.email_digest}
    return Message(**address, lang=owed.lang, **wording._asdict())


def _words(signature, lang):
    petition = _petition(signature.petition_id)
    text = petition.current_version.text(lang, petition.original_lang)
    config = current_app.config
    return {
        "given_name": signature.given_name,
        "shown_name": signature.shown_name,
        "petition_title": text.title,
        "petition_lang": text.lang,
        "organisation": text.organisation,
        "cause_title": petition.cause.text(lang).title,
        "signed_on": signature.created_at,
        "expires_on": _good_until(signature, config),
        "erase_days": config["ERASE_PENDING_DAYS"],
        "confirm_days": config["CONFIRM_DAYS"],
        "confirm_url": whole_address("signatures.confirm", lang, token=keys.token_for(keys.CONFIRM, signature)),
        "mine_url": whole_address("signatures.mine", lang, token=keys.token_for(keys.MINE, signature)),
        "petition_url": whole_address("petitions.show", lang, slug=petition.slug),
        "site_name": "Volante",
    }


def _petition(petition_id):
    """Return the petition, read once for all letters of a pass: mostly they are about the same one, and it is half of the work."""
    read = g.setdefault("petitions_of_letters", {})
    if petition_id not in read:
        read[petition_id] = petition_by_id(petition_id)
    return read[petition_id]


def _good_until(signature, config):
    """Return when the link to confirm ends: after its days, or with the signature itself if that is erased earlier."""
    link_ends = signature.mailed_at + timedelta(days=config["CONFIRM_DAYS"])
    return min(link_ends, signature.created_at + timedelta(days=config["ERASE_PENDING_DAYS"]))
