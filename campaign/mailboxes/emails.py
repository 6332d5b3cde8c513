"""The emails about a new email address: to the new mailbox and to the old one."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from campaign.http.urls import absolute_url
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.mailboxes import tokens
from campaign.mailboxes.models import AddressChange
from campaign.mailboxes.operations import DONE, NOTICE, REQUEST, STOPPED
from campaign.mailboxes.parts import Mailbox, is_neutral
from campaign.mailboxes.queries import OBJECTION_PERIOD, change_by_id, expected_at
from campaign.organisations.emails import email_identity
from campaign.process.clock import utcnow
from campaign.site.settings import local_day, site_settings
from campaign.text.email_addresses import mask


def init_app(app: Flask) -> None:
    """Register the renderers of the emails about a new address.

    Anyone with a personal link can enter any new address, so the request counts toward its daily
    limit. The others follow only from a button in an earlier one.
    """
    for kind, values, name in (
        (REQUEST, _request_values, _l("Request to confirm a new email address")),
        (NOTICE, _notice_values, _l("Notice to the old email address about a change")),
        (STOPPED, _stopped_values, _l("Notice that a change of email address was stopped")),
        (DONE, _done_values, _l("Notice that an email address was changed")),
    ):
        register(app, kind, partial(_message, values), name, is_bound=kind == REQUEST)


# What an email needs: its mailbox, its personal values and its other values, or None if it no
# longer applies.
_Values = tuple[Mailbox, dict[str, str], dict[str, Any]]


def _message(
    values_of: Callable[[AddressChange, str], _Values | None], queued: OutboxRow
) -> Message | None:
    change = change_by_id(queued.subject_id)
    values = values_of(change, queued.lang) if change is not None else None
    if change is None or values is None:
        return None
    mailbox, personal, context = values
    # The pages show everything on this site that belongs to the address.
    identity = email_identity(None, queued.lang)
    addresses = {"old_email": mask(change.old_email), "new_email": mask(change.new_email)}
    rendered = render(
        queued.kind, queued.lang, personal=addresses | personal, identity=identity, **context
    )
    return Message(
        to=mailbox.email,
        digest=mailbox.digest,
        lang=queued.lang,
        sender=identity.sender,
        has_sender_name=not (is_neutral(change.old) or is_neutral(change.new)),
        **rendered._asdict(),
    )


def _request_values(change: AddressChange, lang: str) -> _Values | None:
    expires_at = change.created_at + timedelta(days=site_settings().confirm_days)
    if change.state != "requested" or expires_at <= utcnow():
        return None
    context = {"expires_on": local_day(expires_at), "objection_days": OBJECTION_PERIOD.days}
    return change.new, {"change_url": _url(tokens.NEW, change, lang)}, context


def _notice_values(change: AddressChange, lang: str) -> _Values | None:
    if change.state != "waiting":
        return None
    at = expected_at(change, now=utcnow())
    context = {
        "takes_effect_on": local_day(at) if at else None,
        "objection_days": OBJECTION_PERIOD.days,
    }
    return change.old, {"change_url": _url(tokens.OLD, change, lang)}, context


def _stopped_values(change: AddressChange, _lang: str) -> _Values | None:
    return (change.new, {}, {}) if change.state == "stopped" else None


def _done_values(change: AddressChange, lang: str) -> _Values | None:
    if change.state != "done":
        return None
    return change.new, {}, {"link_request_url": absolute_url("signatures.request_own_link", lang)}


def _url(purpose: str, change: AddressChange, lang: str) -> str:
    return absolute_url("mailboxes.change", lang, token=tokens.token_for(purpose, change))
