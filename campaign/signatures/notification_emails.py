"""Emails that tell people something about signatures, and ask them for nothing."""

from functools import partial
from typing import Any, cast

from flask import Flask
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import present_organizer
from campaign.extensions import db
from campaign.http.urls import absolute_url
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.organisations.emails import email_identity
from campaign.petitions.queries import petition_by_id
from campaign.signatures.emails import (
    PersonalLink,
    message_to_signer,
    own_page_link,
    personal_link,
    petition_of_emails,
)
from campaign.signatures.erasure import NOTICE_EMAIL, erases_at
from campaign.signatures.models import EMAILED_STATES, Signature
from campaign.signatures.owner.operations import OWN_LINK, answer_to
from campaign.signatures.queries import (
    signature_by_id,
    signatures_of_address,
    signatures_with_ids,
)
from campaign.signatures.signing.repeats import PASSED_ON, REPEAT
from campaign.subscriptions import tokens as news_tokens
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import subscriptions_of_address


def init_app(app: Flask) -> None:
    """Register the renderers.

    Anyone who knows an address can cause the first two, so these count toward its daily limit.
    """
    register(
        app,
        REPEAT,
        partial(confirmed_message, "signature_repeat"),
        _l("Repeat signature"),
        is_bound=True,
        load=signatures_with_ids,
    )
    register(
        app,
        PASSED_ON,
        partial(confirmed_message, "signature_passed_on"),
        _l("Signature sent by a partner"),
        is_bound=True,
        load=signatures_with_ids,
    )
    register(app, OWN_LINK, _own_link_message, _l("Link to a person’s own signatures"))
    register(app, NOTICE_EMAIL, _retention_message, _l("Notice before data is deleted"))


def confirmed_message(template: str, queued: OutboxRow) -> Message | None:
    """Return the Message about a confirmed signature, or None if it no longer applies."""
    signature = signature_by_id(queued.subject_id)
    if (
        signature is None
        or signature.state not in EMAILED_STATES
        or signature.confirmed_at is None
        or not signature.email
    ):
        return None
    return message_to_signer(template, signature, queued.lang)


def _own_link_message(queued: OutboxRow) -> Message | None:
    """Return the Message with the link to "What I signed", or None.

    None if exactly that address neither signed nor gets news.
    """
    owner = answer_to(queued.subject_id)
    if owner is None:
        return None
    is_news = isinstance(owner, Subscription)
    link = (
        _news_page_link(cast(Subscription, owner), queued.lang)
        if is_news
        else own_page_link(cast(Signature, owner), queued.lang)
    )
    # The page shows everything on this site that belongs to the address.
    identity = email_identity(None, queued.lang)
    rendered = render(
        "own_link",
        queued.lang,
        personal=link["personal"],
        identity=identity,
        is_news=is_news,
        has_news=bool(
            subscriptions_of_address(cast(bytes, owner.email_digest), cast(str, owner.email))
        ),
        **link["context"],
    )
    signed = signatures_of_address(cast(bytes, owner.email_digest), owner.email)
    is_neutral = any(petition_of_emails(row.petition_id).neutral_emails for row in signed)
    return Message(
        to=cast(str, owner.email),
        digest=owner.email_digest,
        lang=queued.lang,
        sender=identity.sender,
        has_sender_name=not is_neutral,
        **rendered._asdict(),
    )


def _news_page_link(subscription: Subscription, lang: str) -> PersonalLink:
    """Return the link to the news settings."""
    return personal_link(
        "subscriptions.preferences",
        lang,
        news_tokens.token_for(news_tokens.PREFERENCES, subscription),
    )


def _retention_message(queued: OutboxRow) -> Message | None:
    """Return the Message that warns an owner of a cause before personal data is erased, or None.

    None if the data will be kept after all.
    """
    entry = db.session.get(AuditEntry, queued.subject_id)
    organizer = present_organizer(entry.details["organizer"]) if entry else None
    petition = petition_by_id(cast(int, entry.subject_id)) if entry else None
    at = erases_at(petition) if petition else None
    if (
        organizer is None
        or at is None
        or petition is None
        or petition.retention_done_at is not None
    ):
        return None
    context: dict[str, Any] = {
        "petition_title": petition.current_version.text(queued.lang, petition.original_lang).title,
        "erases_on": at,
        "retention_url": absolute_url("organize.retention.edit", queued.lang, slug=petition.slug),
    }
    identity = email_identity(petition.cause.organisation_id, queued.lang)
    rendered = render("retention_notice", queued.lang, identity=identity, **context)
    address: dict[str, Any] = {
        "to": organizer.email,
        "to_name": organizer.name,
        "digest": organizer.email_digest,
    }
    return Message(**address, lang=queued.lang, sender=identity.sender, **rendered._asdict())
