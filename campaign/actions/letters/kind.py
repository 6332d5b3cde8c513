"""The letter as a kind of action."""

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from campaign.actions.letters.form.data import form_data
from campaign.actions.letters.form.forms import earlier_fields, letter_fields
from campaign.actions.letters.form.page import confirm_part, delivered, form_part
from campaign.actions.letters.form.targets import settings_of
from campaign.actions.letters.models import LETTER
from campaign.actions.letters.presenters import downloaded_part, own_part
from campaign.actions.letters.readiness import missing
from campaign.actions.letters.writing import note_counted
from campaign.petitions.kinds import ActionKind, ActionTexts, register_kind
from campaign.signatures.models import Signature
from campaign.signatures.tokens import MINE, token_for

TEXTS = ActionTexts(
    noun=_l("Letter"),
    call=_l("Write a letter"),
    read_call=_l("Write a letter"),
    form_title=_l("Write your letter"),
    button=_l("Sign my letter"),
    closed=_l("This action is closed"),
    confirm_title=_l("Is this your letter?"),
    confirm_named=_l("%(name)s, is this your letter?"),
    confirm_lead=_l("Check what you wrote, then press the button. We send nothing until you do."),
    confirm_button=_l("Yes, this is my letter"),
    check_email=_l(
        "Open it and press the button to confirm. Until then, your letter will not be sent."
    ),
    ask_title=_l("Ask one person to write"),
    one=_l("letter"),
    many=_l("letters"),
    recent=_l("People who wrote recently"),
    be_first=_l("Be the first to write."),
    email_hint=_l(
        "We email you a link to confirm your letter. We never show your email address in public."
    ),
    withdraw=_l("You can stop your letter before we send it."),
    unshared=_l("Write without their link"),
    printed=_l("Write at %(address)s"),
    counted=_l(
        "We will deliver your letter soon, and email you if we cannot. You can follow it here:"
    ),
)

# The templates of emails about signatures, and those that letters have instead.
EMAILS = {
    "signature_confirmation": "letter_confirmation",
    "signature_reminder": "letter_reminder",
    "signature_last_reminder": "letter_last_reminder",
    "signature_repeat": "letter_repeat",
    "signature_thanks": "letter_thanks",
}


def confirmed_url(response: Signature) -> str | None:
    """Return the writer's own page if they send their letter themselves, or None."""
    if settings_of(response.petition_id).delivery_method != "self":
        return None
    return url_for("signatures.mine", token=token_for(MINE, response))


def init_app(app: Flask) -> None:
    """Register the letter."""
    register_kind(
        app,
        ActionKind(
            name=LETTER,
            show="actions.show",
            submit="actions.respond",
            texts=TEXTS,
            notice="letter",
            has_comment=False,
            emails=EMAILS,
            needs_email=True,
            fields=letter_fields,
            earlier_fields=earlier_fields,
            form_data=form_data,
            form_part=form_part,
            confirm_part=confirm_part,
            confirmed_url=confirmed_url,
            delivered=delivered,
            missing=missing,
            note_counted=note_counted,
            own_part=own_part,
            downloaded_part=downloaded_part,
        ),
    )
