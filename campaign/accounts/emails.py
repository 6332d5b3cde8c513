"""The emails to organizers, rendered when they are sent, and dropped if no longer needed."""

from typing import Any

from flask import Flask
from flask_babel import force_locale
from sqlalchemy import Row

from campaign.accounts import tokens
from campaign.accounts.alert_texts import alert_text
from campaign.accounts.alerts import ALERT
from campaign.accounts.audit_models import AccountAlert, AuditEntry
from campaign.accounts.lookups import cause_title, workspace_address
from campaign.accounts.models import AccountLink, Grant, Organizer
from campaign.accounts.operations import CHANGED, INVITATION, NEW_DEVICE, RESET, ROLE
from campaign.accounts.permissions import ROLE_NAMES, must_have_second_factor
from campaign.accounts.queries import device_by_id, is_open, link_by_id, organizer_by_id
from campaign.extensions import db
from campaign.i18n.locales import LOCALES
from campaign.mail.composition import Message, render
from campaign.mail.delivery import register
from campaign.process.clock import utcnow


def init_app(app: Flask) -> None:
    """Register the renderers of the emails that accounts queue."""
    for kind, composer in (
        (INVITATION, invitation),
        (RESET, reset),
        (ROLE, role),
        (CHANGED, changed),
        (NEW_DEVICE, new_device),
        (ALERT, alert),
    ):
        register(app, kind, composer)


def invitation(owed: Row) -> Message | None:
    """Return the invitation, or None once its link is used, replaced or expired."""
    link = _open_link(owed)
    if link is None:
        return None
    by = organizer_by_id(link.invited_by_id) if link.invited_by_id else None
    context = {
        "invited_by": by.called if by else "",
        "expires_at": link.expires_at,
        "roles": [_role_of(grant, owed.lang) for grant in link.organizer.grants],
        "needs_second_factor": must_have_second_factor(link.organizer),
    }
    return _letter("account_invitation", link.organizer, owed.lang, **context, **_link_words(link))


def reset(owed: Row) -> Message | None:
    """Return the email with a password reset link.

    Return None if the link can no longer be used, or if nobody has the address that asked.
    """
    link = _open_link(owed)
    if link is None:
        return None
    return _letter(
        "account_reset", link.organizer, owed.lang, expires_at=link.expires_at, **_link_words(link)
    )


def role(owed: Row) -> Message | None:
    """Return the email about a new role, or None if the role was removed again."""
    grant = db.session.get(Grant, owed.subject_id)
    if grant is None:
        return None
    organizer = organizer_by_id(grant.organizer_id)
    context = {
        "role": _role_of(grant, owed.lang),
        "needs_second_factor": must_have_second_factor(organizer)
        and not organizer.has_second_factor,
        "home_url": workspace_address("organize.overview.index"),
    }
    return _letter("account_role", organizer, owed.lang, **context)


def changed(owed: Row) -> Message | None:
    """Return the email about a change to the organizer's account, from its audit event."""
    entry = db.session.get(AuditEntry, owed.subject_id)
    organizer = organizer_by_id(entry.subject_id) if entry else None
    if organizer is None or organizer.removed_at is not None:
        return None
    words = {"action": entry.action, "at": entry.at, "address_of": entry.address}
    return _letter(
        "account_changed",
        organizer,
        owed.lang,
        **words,
        reset_url=workspace_address("organize.links.ask"),
    )


def new_device(owed: Row) -> Message | None:
    """Return the email about a sign-in from an unknown browser."""
    device = device_by_id(owed.subject_id)
    organizer = organizer_by_id(device.organizer_id) if device else None
    if organizer is None or organizer.removed_at is not None:
        return None
    words = {"device": device.device, "at": device.created_at, "address_of": device.address}
    return _letter(
        "account_new_device",
        organizer,
        owed.lang,
        **words,
        account_url=workspace_address("organize.account.index"),
    )


def alert(owed: Row) -> Message | None:
    """Return the email about what another person changed.

    Return None if its recipient is no longer an organizer.
    """
    found = db.session.get(AccountAlert, owed.subject_id)
    # A removed organizer gets the email about the removal, and no other.
    if found is None or (
        found.organizer.removed_at is not None and found.entry.action != "people.remove"
    ):
        return None
    with force_locale(LOCALES[owed.lang]):
        context = alert_text(found.entry, found.organizer, owed.lang)
    return _letter(
        "account_alert",
        found.organizer,
        owed.lang,
        **context,
        at=found.entry.at,
        address_of=found.entry.address,
    )


def _role_of(grant: Grant, lang: str) -> str:
    """Return a role with its cause, such as: Reviewer, “Save the river”."""
    title = cause_title(grant.cause_id, lang)
    with force_locale(LOCALES[lang]):
        role = str(ROLE_NAMES[grant.role])
    return f"{role}, “{title}”" if title else role


def _open_link(owed: Row) -> AccountLink | None:
    link = link_by_id(owed.subject_id) if owed.subject_id else None
    return link if link is not None and is_open(link, utcnow()) else None


def _link_words(link: AccountLink) -> dict[str, str]:
    return {
        "link_url": workspace_address(
            f"organize.links.{link.purpose}", token=tokens.link_token(link)
        )
    }


def _letter(template: str, organizer: Organizer, lang: str, **words: Any) -> Message:
    wording = render(template, lang, cause_title="Volante", site_name="Volante", **words)
    return Message(
        to=organizer.email,
        to_name=organizer.name,
        digest=organizer.email_digest,
        lang=lang,
        **wording._asdict(),
    )
