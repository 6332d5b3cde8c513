"""The emails to organizers, rendered when they are sent, and dropped if no longer needed."""

from typing import Any

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.accounts import tokens
from campaign.accounts.alert_texts import alert_text
from campaign.accounts.alerts import ALERT
from campaign.accounts.audit_models import AccountAlert, AuditEntry
from campaign.accounts.lookups import cause_title, host_identity, organisation_name, workspace_url
from campaign.accounts.models import AccountLink, Grant, Organizer
from campaign.accounts.operations import CHANGED, INVITATION, NEW_DEVICE, RESET, ROLE
from campaign.accounts.permissions import ROLE_NAMES, must_have_second_factor, table_role
from campaign.accounts.queries import (
    device_by_id,
    is_open,
    link_by_id,
    organizer_by_id,
    present_organizer,
)
from campaign.extensions import db
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.process.clock import utcnow


def init_app(app: Flask) -> None:
    """Register the renderers of the emails that accounts queue."""
    for kind, renderer in (
        (INVITATION, invitation),
        (RESET, reset),
        (ROLE, role),
        (CHANGED, changed),
        (NEW_DEVICE, new_device),
        (ALERT, alert),
    ):
        register(app, kind, renderer)


def invitation(row: OutboxRow) -> Message | None:
    """Return the invitation, or None once its link is used, replaced or expired."""
    link = _open_link(row)
    if link is None:
        return None
    inviter = organizer_by_id(link.invited_by_id) if link.invited_by_id else None
    context = {
        "invited_by": inviter.called if inviter else "",
        "expires_at": link.expires_at,
        "roles": [_role_of(grant, row.lang) for grant in link.organizer.grants],
        "needs_second_factor": must_have_second_factor(link.organizer),
    }
    return _message(
        "account_invitation", link.organizer, row.lang, **context, **_link_context(link)
    )


def reset(row: OutboxRow) -> Message | None:
    """Return the email with a password reset link.

    Return None if the link can no longer be used, or if nobody has the address that asked.
    """
    link = _open_link(row)
    if link is None:
        return None
    return _message(
        "account_reset", link.organizer, row.lang, expires_at=link.expires_at, **_link_context(link)
    )


def role(row: OutboxRow) -> Message | None:
    """Return the email about a new role, or None if the role was removed again."""
    grant = db.session.get(Grant, row.subject_id)
    if grant is None:
        return None
    organizer = organizer_by_id(grant.organizer_id)
    context = {
        "role": _role_of(grant, row.lang),
        "needs_second_factor": must_have_second_factor(organizer)
        and not organizer.has_second_factor,
        "home_url": workspace_url("organize.overview.index"),
    }
    return _message("account_role", organizer, row.lang, **context)


def changed(row: OutboxRow) -> Message | None:
    """Return the email about a change to the organizer's account, from its audit event."""
    entry = db.session.get(AuditEntry, row.subject_id)
    organizer = present_organizer(entry.subject_id) if entry else None
    if entry is None or organizer is None:
        return None
    context = {"action": entry.action, "at": entry.at, "address_of": entry.address}
    return _message(
        "account_changed",
        organizer,
        row.lang,
        **context,
        reset_url=workspace_url("organize.links.ask"),
    )


def new_device(row: OutboxRow) -> Message | None:
    """Return the email about a sign-in from an unknown browser."""
    device = device_by_id(row.subject_id)
    organizer = present_organizer(device.organizer_id) if device else None
    if device is None or organizer is None:
        return None
    context = {"device": device.device, "at": device.created_at, "address_of": device.address}
    return _message(
        "account_new_device",
        organizer,
        row.lang,
        **context,
        account_url=workspace_url("organize.account.index"),
    )


def alert(row: OutboxRow) -> Message | None:
    """Return the email about what another person changed.

    Return None if its recipient is no longer an organizer.
    """
    account_alert = db.session.get(AccountAlert, row.subject_id)
    # A removed organizer gets the email about the removal, and no other.
    if account_alert is None or (
        account_alert.organizer.removed_at is not None
        and account_alert.entry.action != "people.remove"
    ):
        return None
    with force_locale(locale_of(row.lang)):
        context = alert_text(account_alert.entry, account_alert.organizer, row.lang)
    return _message(
        "account_alert",
        account_alert.organizer,
        row.lang,
        **context,
        is_removed=account_alert.organizer.removed_at is not None,
        at=account_alert.entry.at,
        address_of=account_alert.entry.address,
    )


def _role_of(grant: Grant, lang: str) -> str:
    """Return a role with its cause or organisation, such as: Reviewer (“Save the river”)."""
    title = cause_title(grant.cause_id, lang) or organisation_name(grant.organisation_id, lang)
    with force_locale(locale_of(lang)):
        role = str(ROLE_NAMES[table_role(grant)])
        return _("%(role)s (“%(title)s”)", role=role, title=title) if title else role


def _open_link(row: OutboxRow) -> AccountLink | None:
    link = link_by_id(row.subject_id) if row.subject_id else None
    return link if link is not None and is_open(link, utcnow()) else None


def _link_context(link: AccountLink) -> dict[str, str]:
    return {
        "link_url": workspace_url(f"organize.links.{link.purpose}", token=tokens.link_token(link))
    }


def _message(template: str, organizer: Organizer, lang: str, **context: Any) -> Message:
    identity = host_identity(lang)
    content = render(template, lang, identity=identity, **context)
    return Message(
        to=organizer.email,
        to_name=organizer.name,
        digest=organizer.email_digest,
        lang=lang,
        sender=identity.sender,
        **content._asdict(),
    )
