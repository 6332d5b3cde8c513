"""`flask organizers`: add, list and remove organizers."""

from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.accounts import tokens
from campaign.accounts.alerts import alert_of_new_admin, alert_subject
from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.accounts.models import Grant
from campaign.accounts.operations import LastAdmin, LastOwner, enrol, remove
from campaign.accounts.permissions import ADMIN, ORGANISATION_OWNER, ROLES
from campaign.accounts.queries import organizer_by_address, organizer_by_id, organizers_of
from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id, cause_by_slug
from campaign.cli.arguments import existing
from campaign.extensions import write
from campaign.i18n.locales import INTERFACE_LANGUAGES
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisation_by_id, organisation_by_slug
from campaign.process.clock import utcnow
from campaign.text.email_addresses import Address, AddressRefused, parse_address

group = AppGroup("organizers", help="Add, list and remove the people who run causes.")


def _parse_email(_context: click.Context, _parameter: click.Parameter, email: str) -> Address:
    try:
        return parse_address(email)
    except AddressRefused as error:
        raise click.BadParameter(f"{email!r} is not an email address ({error.code}).") from error


@group.command("add")
@click.argument("email", callback=_parse_email)
@click.option("--role", type=click.Choice((ADMIN, *ROLES)), required=True, help="What they can do.")
@click.option(
    "--cause",
    "slug",
    help="Slug of the cause that the role is for. Leave it out for an admin.",
)
@click.option(
    "--organisation",
    "organisation_slug",
    help="Slug of the organization that the person will own, with all its causes.",
)
@click.option(
    "--lang",
    type=click.Choice(INTERFACE_LANGUAGES),
    default=INTERFACE_LANGUAGES[0],
    help="Language of their pages and emails.",
)
def add(
    email: Address, role: str, slug: str | None, organisation_slug: str | None, lang: str
) -> None:
    """Give EMAIL a role, and print a link to set a password.

    The link works once, within seven days.
    """
    _refuse_scope(role, slug, organisation_slug)
    token = write(
        _enrol,
        email,
        lang,
        role=role,
        cause_id=_cause_id(slug),
        organisation_id=_organisation_id(organisation_slug),
    )
    where = slug or organisation_slug
    click.echo(
        f"{email.normalized} is now {role}{f' of {where}' if where else ''}. Open this link within seven days to set a password. It works once:"
    )
    click.echo(f"{current_app.config['PUBLIC_URL']}/organize/invitations/{token}")


@group.command("list")
def list_organizers() -> None:
    """List all organizers: their roles, and whether they use two-step verification."""
    click.echo(f"{'email':40} {'two-step':14} roles")
    for organizer in organizers_of(None):
        factor = (
            "invited" if organizer.is_invited else "yes" if organizer.has_second_factor else "no"
        )
        click.echo(
            f"{organizer.email:40} {factor:14} {', '.join(map(_role_label, organizer.grants)) or 'none'}"
        )


@group.command("remove")
@click.argument("email", callback=_parse_email)
def remove_organizer(email: Address) -> None:
    """Remove the organizer with EMAIL: all roles, sessions, passwords and passkeys.

    The activity log keeps the name.
    """
    organizer = organizer_by_address(email.normalized)
    if organizer is None or organizer.removed_at is not None:
        raise click.ClickException(f"There is no organizer with the address {email.normalized}.")
    try:
        write(_remove, organizer.id)
    except LastAdmin as error:
        raise click.ClickException("This is the last admin. Add another admin first.") from error
    except LastOwner as error:
        owned = _owned_label(error.cause_id, error.organisation_id)
        raise click.ClickException(
            f"This is the last owner of {owned}. Add another owner first."
        ) from error
    click.echo(f"Removed {email.normalized}.")


def _refuse_scope(role: str, slug: str | None, organisation_slug: str | None) -> None:
    if slug and organisation_slug:
        raise click.ClickException("Use --cause or --organisation, but not both.")
    if role == ADMIN and (slug or organisation_slug):
        option = "--cause" if slug else "--organisation"
        raise click.ClickException(f"An admin has access to all causes. Leave out {option}.")
    if role != ADMIN and not (slug or organisation_slug):
        raise click.ClickException("Add the cause that the role is for: --cause SLUG.")
    if organisation_slug and role != "owner":
        raise click.ClickException("The only role in an organization is owner. Use --role owner.")


def _cause_id(slug: str | None) -> int | None:
    if not slug:
        return None
    return existing(cause_by_slug(slug), "cause", slug).id


def _organisation_id(slug: str | None) -> int | None:
    if not slug:
        return None
    return existing(organisation_by_slug(slug), "organization", slug).id


def _enrol(
    address: Address, lang: str, *, role: str, cause_id: int | None, organisation_id: int | None
) -> str:
    granted, link = enrol(
        address=address,
        role=role,
        cause_id=cause_id,
        organisation_id=organisation_id,
        lang=lang,
        now=utcnow(),
    )
    subject = ("organizer", granted.organizer_id)
    details: dict[str, object]
    details = {"role": ORGANISATION_OWNER if organisation_id else role}
    details |= {"organisation_id": organisation_id} if organisation_id else {}
    entry = record_audit_event(
        COMMAND, "people.invite", subject=subject, cause_id=cause_id, details=details
    )
    alert_of_new_admin(entry, granted)
    return tokens.link_token(link)


def _remove(organizer_id: int) -> None:
    was_invited = organizer_by_id(organizer_id).is_invited
    removed = remove(organizer_id=organizer_id, now=utcnow())
    entry = record_audit_event(COMMAND, "people.remove", subject=("organizer", organizer_id))
    alert_subject(entry, removed and not was_invited)


def _role_label(grant: Grant) -> str:
    owned = _owned_label(grant.cause_id, grant.organisation_id)
    return f"{grant.role} of {owned}" if owned else grant.role


def _owned_label(cause_id: int | None, organisation_id: int | None) -> str:
    """Return the slug of what a role is for, or "" for an admin's."""
    if organisation_id is not None:
        return cast(Organisation, organisation_by_id(organisation_id)).slug
    return "" if cause_id is None else cast(Cause, cause_by_id(cause_id)).slug


COMMANDS = (group,)
