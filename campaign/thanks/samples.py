"""The emails around signing as organizers preview them, and send them to themselves as a test."""

from datetime import datetime

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit import Actor
from campaign.accounts.audit_models import AuditEntry
from campaign.extensions import db
from campaign.http.urls import absolute_url
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.organisations.email_tests import address_test, enqueue_test, organizer_of_test
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.wording import STANDARD, Wording
from campaign.process.clock import utcnow
from campaign.signatures.confirmation_emails import LAST_REMINDER, REMINDER, request_message
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import UnconfirmedForm
from campaign.signatures.signing.repeats import CONFIRMATION
from campaign.thanks.emails import TEMPLATE, thanks_message

TEST = "petition_test"
ACTION = "petitions.test"
# The name of each email, and its template.
EMAILS = {
    "confirmation": CONFIRMATION,
    "reminder": REMINDER,
    "last_reminder": LAST_REMINDER,
    "thanks": TEMPLATE,
}
# No row has this id, so the links of a sample open nothing of anyone.
NO_ID = 0
SAMPLE_NUMBER = 1234


def init_app(app: Flask) -> None:
    """Register the renderer of the test email."""
    register(app, TEST, _test_message, _l("Test email about signing"))


def sample_message(
    petition: Petition,
    email: str,
    lang: str,
    *,
    name: str,
    address: str,
    wording: Wording | None = None,
) -> Message:
    """Return one of EMAILS as someone with this given name and address would get it.

    Its personal links open the preview of the page. `wording` is the saved one unless one is given.
    """
    signature = _sample(petition, name, address, lang, utcnow())
    page = absolute_url("organize.petitions.preview", lang, slug=petition.slug)
    if email == "thanks":
        links = {"mine_url": page, "share_url": page}
        if petition.is_quiet:
            del links["share_url"]
        return thanks_message(signature, lang, wording=wording, links=links)
    form = UnconfirmedForm(
        None,
        {column.name: getattr(signature, column.name) for column in Signature.__table__.c},
        signature.mailed_at,
    )
    return request_message(EMAILS[email], signature, form, lang, confirm_url=page, wording=wording)


def standard_texts(petition: Petition, lang: str) -> dict[str, str]:
    """Return the product's own sentences in place of organizers' texts, {name: text}.

    Where the product says nothing, the text is empty.
    """
    subjects = {
        name: sample_message(
            petition, email, lang, name="{name}", address="", wording=STANDARD
        ).subject
        for name, email in (
            ("confirm_subject", "confirmation"),
            ("reminder_subject", "reminder"),
            ("thanks_subject", "thanks"),
        )
    }
    with force_locale(locale_of(lang)):
        opening = _("There is one step left.")
        thanks = _(
            "Thank you for taking part. The more of us there are, the harder we are to ignore."
        )
        place = _(
            "It is now part of the montage, next to those of everyone who signed before you. The number is yours to keep."
        )
    return {
        **subjects,
        "confirm_opening": opening,
        "reminder_opening": opening,
        "thanks_text": thanks,
        "after_confirming": place if petition.has_butterflies else "",
    }


def _sample(petition: Petition, name: str, address: str, lang: str, now: datetime) -> Signature:
    """Return a counted signature that is in no session and never stored."""
    return Signature(
        id=NO_ID,
        petition_id=petition.id,
        cause_id=petition.cause_id,
        state="counted",
        evidence="email",
        number=SAMPLE_NUMBER if petition.has_butterflies else None,
        lang=lang,
        # Organizers have one name. An email calls people by the first part of it.
        given_name=name.partition(" ")[0],
        family_name="",
        email=address,
        name_display="counted",
        created_at=now,
        mailed_at=now,
        confirmed_at=now,
        hatched_at=now,
    )


def send_test(*, actor: Actor, petition_id: int, organizer_id: int, email: str, lang: str) -> None:
    """Queue one of EMAILS with its saved wording to one organizer, before publishing too."""
    petition = db.session.get_one(Petition, petition_id)
    enqueue_test(
        actor,
        ACTION,
        kind=TEST,
        subject=("petition", petition_id),
        cause_id=petition.cause_id,
        organizer_id=organizer_id,
        lang=lang,
        sample=email,
    )


def _test_message(queued: OutboxRow) -> Message | None:
    """Return the email, or None if the organizer or the petition are gone."""
    entry = db.session.get(AuditEntry, queued.subject_id)
    organizer = organizer_of_test(queued.subject_id)
    petition = petition_by_id(entry.subject_id or 0) if entry else None
    if entry is None or organizer is None or petition is None:
        return None
    message = sample_message(
        petition,
        entry.details["sample"],
        queued.lang,
        name=organizer.name,
        address=organizer.email,
    )
    return address_test(queued.subject_id, message)
