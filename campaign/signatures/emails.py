"""What all emails to people who signed need: petition, personal link, neutral subjects."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypedDict, cast

from flask import current_app, g
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.http.urls import absolute_url
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message, render
from campaign.organisations.emails import EmailIdentity, email_identity, sender_address
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.wording import NAME, NUMBER, Wording, wording_for
from campaign.security.dated_tokens import last_day_of
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import UnconfirmedForm
from campaign.signatures.signing.repeats import CONFIRMATION
from campaign.site.settings import local_day

SUBJECTS = {
    "signature_confirmation": _l("Please confirm your email address"),
    "signature_reminder": _l("Reminder: please confirm your email address"),
    "signature_last_reminder": _l("Last reminder: please confirm your email address"),
}
OTHER_SUBJECT = _l("About your request")


def address_of_emails(petition: Petition) -> str:
    """Return the address that the emails about signatures of a petition come from."""
    if petition.neutral_emails:
        return cast(str, current_app.extensions["sender_address"])
    return sender_address(petition.cause.organisation_id)


def petition_of_emails(petition_id: int) -> Petition:
    """Return the petition, read once for all emails of a pass.

    Most emails of a pass are about the same petition, and reading it is half of the work.
    """
    petitions: dict[int, Petition] = g.setdefault("petitions_of_emails", {})
    if petition_id not in petitions:
        petitions[petition_id] = cast(Petition, petition_by_id(petition_id))
    return petitions[petition_id]


def message_to_signer(
    template: str,
    signature: Signature,
    lang: str,
    *,
    personal: Mapping[str, str] = MappingProxyType({}),
    wording: Wording | None = None,
    **context: Any,
) -> Message:
    """Return a Message to the person who signed, with the link to "What I signed".

    `personal` and `context` are further values for its template. `wording` is that of the petition
    unless one is given.
    """
    link = own_page_link(signature, lang)
    return message_about(
        template,
        lang,
        signature.petition_id,
        signature,
        personal={**link["personal"], **personal},
        context={**link["context"], **context},
        wording=wording,
    )


def message_about(
    template: str,
    lang: str,
    petition_id: int,
    form: Signature | UnconfirmedForm,
    *,
    personal: Mapping[str, str],
    context: Mapping[str, Any],
    wording: Wording | None = None,
) -> Message:
    """Return the Message about `form` to the person who sent it.

    `personal` and `context` are values for its template, beside those of the petition.
    """
    petition = petition_of_emails(petition_id)
    identity = email_identity(petition.cause.organisation_id, lang)
    values = _petition_values(petition, form, lang, identity)
    names = {"given_name": form.given_name or "", "shown_name": form.shown_name or ""}
    of_kind = kind_of(petition.action_kind).emails.get(template, template)
    known = (NAME, NUMBER) if form.given_name else (NUMBER,)
    own = (wording_for(petition, lang) if wording is None else wording).with_values(known)
    rendered = render(
        of_kind,
        lang,
        personal={**names, **personal},
        wording=own,
        opening=own.confirm_opening if template == CONFIRMATION else own.reminder_opening,
        **values,
        **context,
    )
    message = Message(
        to=cast(str, form.email),
        to_name=form.full_name,
        digest=form.email_digest,
        lang=lang,
        sender=identity.sender,
        **rendered._asdict(),
    )
    return with_neutral_sender(message, template) if petition.neutral_emails else message


def _petition_values(
    petition: Petition, form: Signature | UnconfirmedForm, lang: str, identity: EmailIdentity
) -> dict[str, Any]:
    text = petition.current_version.text(lang, petition.original_lang)
    return {
        "petition_title": text.title,
        "petition_lang": text.lang,
        "published_by": text.published_by,
        "cause_title": petition.cause.text(lang).title,
        "is_neutral": petition.neutral_emails,
        "signed_on": local_day(form.created_at),
        "petition_url": absolute_url(kind_of(petition.action_kind).show, lang, slug=petition.slug),
        "identity": identity,
    }


class PersonalLink(TypedDict):
    """The values of a personal link, as `render` gets them."""

    personal: dict[str, str]
    context: dict[str, Any]


def own_page_link(signature: Signature, lang: str) -> PersonalLink:
    """Return the link to "What I signed"."""
    return personal_link("signatures.mine", lang, tokens.token_for(tokens.MINE, signature))


def personal_link(endpoint: str, lang: str, token: str) -> PersonalLink:
    """Return the link with this token, and how to get a new one."""
    return {
        "personal": {"mine_url": absolute_url(endpoint, lang, token=token)},
        "context": {
            "mine_until": last_day_of(token),
            "link_request_url": absolute_url("signatures.request_own_link", lang),
        },
    }


def with_neutral_sender(message: Message, template: str) -> Message:
    """Return the Message with a neutral subject and without the sender's name. Keep its text."""
    with force_locale(locale_of(message.lang)):
        subject = str(SUBJECTS.get(template, OTHER_SUBJECT))
    return replace(message, subject=subject, has_sender_name=False)
