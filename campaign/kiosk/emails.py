"""Emails about tablets: to people who signed at a table, and to owners of a silent tablet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import present_organizer
from campaign.events.queries import event_by_id
from campaign.extensions import AnyRow, db
from campaign.http.urls import absolute_url
from campaign.kiosk.codes import CONFIRM_NAME
from campaign.kiosk.queries import kiosk_by_id
from campaign.mail.composition import Message, render
from campaign.mail.operations import enqueue_about
from campaign.mail.renderers import register
from campaign.organisations.emails import email_identity
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.security.dated_tokens import last_day_of
from campaign.signatures import tokens
from campaign.signatures.emails import petition_of_emails, with_neutral_sender
from campaign.signatures.models import EMAILED_STATES, Signature
from campaign.signatures.queries import signature_by_id, signatures_of_address

SIGNED_AT_TABLE = "signature_at_table"
SILENT = "kiosk_silent"
# After this delay the signature has its number. Also, nobody at the table can learn from the email
# what the tablet does not tell them.
EMAIL_DELAY = timedelta(minutes=1)

_table = Signature.__table__


def init_app(app: Flask) -> None:
    register(app, SIGNED_AT_TABLE, _render_signed_at_table, _l("Signature collected at a table"))
    register(app, SILENT, _render_silent, _l("Alert: a tablet with signatures is offline"))


def notify_signers(signature_ids: Sequence[int], *, now: datetime) -> None:
    """Enqueue an email to each signer who gave an address and was confirmed by a witness.

    `signature_ids` are new signatures. Someone who signed several petitions at once gets one email.
    """
    if not signature_ids:
        return
    is_emailed = (
        _table.c.id.in_(signature_ids),
        _table.c.email_digest.is_not(None),
        _table.c.confirmed_at.is_not(None),
    )
    columns = (_table.c.id, _table.c.lang, _table.c.email_digest, _table.c.created_at)
    rows = db.session.execute(select(*columns).where(*is_emailed).order_by(_table.c.id)).all()
    if not rows:
        return
    db.session.execute(
        update(_table)
        .where(_table.c.id.in_([row.id for row in rows]))
        .values(mailed_at=now, mail_count=_table.c.mail_count + 1)
    )
    people: dict[tuple[bytes | None, datetime], AnyRow] = {}
    for row in rows:
        people.setdefault((row.email_digest, row.created_at), row)
    enqueue_about(people.values(), SIGNED_AT_TABLE, due_at=now + EMAIL_DELAY)


def _render_signed_at_table(message: Any) -> Message | None:
    """Return the Message to someone who signed at a table, or None if nothing of it is left."""
    first = signature_by_id(message.subject_id)
    if first is None or first.email_digest is None:
        return None
    together = [
        row
        for row in signatures_of_address(first.email_digest, first.email)
        if (row.kiosk_id, row.created_at) == (first.kiosk_id, first.created_at)
        and row.state in EMAILED_STATES
        and row.confirmed_at
    ]
    if not together:
        return None
    petition = cast(Petition, petition_by_id(first.petition_id))
    identity = email_identity(petition.cause.organisation_id, message.lang)
    own_token = tokens.token_for(tokens.MINE, first)
    context: dict[str, Any] = {
        "given_name": first.given_name,
        "signed": [_signed(row, message.lang) for row in together],
        "event_title": _event_title(first, message.lang),
        "signed_on": first.created_at,
        "asked_name": next(
            (row.requested_name for row in together if row.name_display_requested), ""
        ),
        "confirm_url": absolute_url(
            "tables.confirm_name", message.lang, token=tokens.token_for(CONFIRM_NAME, first)
        ),
        "mine_url": absolute_url("signatures.mine", message.lang, token=own_token),
        "mine_until": last_day_of(own_token),
        "link_request_url": absolute_url("signatures.request_own_link", message.lang),
        "published_by": petition.current_version.text(
            message.lang, petition.original_lang
        ).published_by,
        "cause_title": petition.cause.text(message.lang).title,
        "is_neutral": any(petition_of_emails(row.petition_id).neutral_emails for row in together),
        "identity": identity,
    }
    rendered = render(SIGNED_AT_TABLE, message.lang, **context)
    email = Message(
        to=cast(str, first.email),
        to_name=first.full_name,
        digest=first.email_digest,
        lang=message.lang,
        sender=identity.sender,
        **rendered._asdict(),
    )
    return with_neutral_sender(email, SIGNED_AT_TABLE) if context["is_neutral"] else email


def _signed(row: Signature, lang: str) -> dict[str, Any]:
    petition = cast(Petition, petition_by_id(row.petition_id))
    text = petition.current_version.text(lang, petition.original_lang)
    return {
        "title": text.title,
        "lang": text.lang,
        "url": absolute_url(kind_of(petition.action_kind).show, lang, slug=petition.slug),
        "number": row.number if row.state == "counted" else None,
    }


def _event_title(row: Signature, lang: str) -> str:
    event = event_by_id(row.event_id) if row.event_id else None
    return event.text(lang).title if event else ""


def _render_silent(message: Any) -> Message | None:
    """Return the Message about the tablet of an audit entry, or None if it has reported again."""
    entry = db.session.get(AuditEntry, message.subject_id)
    organizer = present_organizer(entry.details["organizer"]) if entry else None
    kiosk = kiosk_by_id(entry.subject_id) if entry else None
    if organizer is None or kiosk is None or kiosk.silence_notified_at is None:
        return None
    event = kiosk.event
    identity = email_identity(event.cause.organisation_id, message.lang)
    context: dict[str, Any] = {
        "tablet": kiosk.name,
        "waiting": kiosk.waiting,
        "event_title": event.text(message.lang).title,
        "last_seen": kiosk.last_seen_at or kiosk.paired_at,
        "zone": event.zone,
        "tablet_url": absolute_url("organize.kiosks.tablet", message.lang, kiosk_id=kiosk.id),
    }
    email = render("kiosk_silent", message.lang, identity=identity, **context)
    return Message(
        to=organizer.email,
        to_name=organizer.name,
        digest=organizer.email_digest,
        lang=message.lang,
        sender=identity.sender,
        **email._asdict(),
    )
