"""Texts of the emails about what another person changed: an account, or who can do everything."""

from flask_babel import gettext as _

from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.lookups import cause_title, organisation_name, workspace_url
from campaign.accounts.models import Organizer
from campaign.accounts.permissions import ROLE_NAMES
from campaign.accounts.queries import organizer_by_id


def alert_text(entry: AuditEntry, organizer: Organizer, lang: str) -> dict[str, str]:
    """Return the texts of the email to `organizer` about an entry, in the current locale.

    `lang` chooses the titles of causes.
    """
    by = entry.organizer.called if entry.organizer else _("Someone with access to the server")
    return SENTENCES[entry.action](entry, lang, by)


def _new_admin(entry: AuditEntry, _lang: str, by: str) -> dict[str, str]:
    admin = organizer_by_id(entry.subject_id)
    name = f"{admin.name} ({admin.email})" if admin.name else admin.email
    return {
        "title": _("New admin: is this right?"),
        "happened": _(
            "%(by)s made %(name)s an admin. Admins can see and change everything.", by=by, name=name
        ),
        "button": _("See all organizers"),
        "url": workspace_url("organize.people.index"),
        "unexpected": _(
            "If you did not expect this, remove this person now and tell the other admins."
        ),
    }


def _trusted_key(entry: AuditEntry, lang: str, by: str) -> dict[str, str]:
    cause = cause_title(entry.cause_id, lang)
    return {
        "title": _("New trusted key: is this right?"),
        "happened": _(
            "%(by)s created a trusted key for “%(cause)s”. We count signatures sent with it without asking anyone to confirm.",
            by=by,
            cause=cause,
        ),
        "button": _("See all keys"),
        "url": workspace_url("organize.keys.index"),
        "unexpected": _(
            "If you did not expect this, revoke the key now and tell the other admins."
        ),
    }


def _role_removed(entry: AuditEntry, lang: str, _by: str) -> dict[str, str]:
    role = str(ROLE_NAMES[entry.details["role"]])
    where = cause_title(entry.cause_id, lang) or organisation_name(
        entry.details.get("organisation_id"), lang
    )
    return {
        "title": _("Your role was removed"),
        "happened": _(
            "You no longer have the role %(role)s in “%(cause)s”.", role=role, cause=where
        )
        if where
        else _("You no longer have the role %(role)s.", role=role),
        "button": _("Open the workspace"),
        "url": workspace_url("organize.overview.index"),
        "unexpected": _("If you think this is a mistake, reply to this email."),
    }


def _factors_removed(_entry: AuditEntry, _lang: str, _by: str) -> dict[str, str]:
    return {
        "title": _("Your two-step verification was turned off"),
        "happened": _(
            "An admin turned off your two-step verification and signed you out everywhere. Sign in with your password to set it up again."
        ),
        "button": _("Choose a new password"),
        "url": workspace_url("organize.links.ask"),
        "unexpected": _(
            "If you did not ask for this, choose a new password now and tell another admin."
        ),
    }


def _removed(_entry: AuditEntry, _lang: str, _by: str) -> dict[str, str]:
    return {
        "title": _("Your account was removed"),
        "happened": _("An admin removed your organizer account. You can no longer sign in."),
        "button": "",
        "url": "",
        "unexpected": _("If you think this is a mistake, reply to this email."),
    }


SENTENCES = {
    "people.invite": _new_admin,
    "keys.create": _trusted_key,
    "people.take": _role_removed,
    "people.unlock": _factors_removed,
    "people.remove": _removed,
}
