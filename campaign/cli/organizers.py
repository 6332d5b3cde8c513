"""`flask organizers`: add, list and remove organizers."""

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.accounts import tokens
from campaign.accounts.alerts import alert_of_new_admin, alert_subject
from campaign.accounts.audit import COMMAND, record
from campaign.accounts.models import Grant
from campaign.accounts.operations import LastAdmin, enrol, remove
from campaign.accounts.permissions import ADMIN, ROLES
from campaign.accounts.queries import organizer_by_address, organizer_by_id, organizers_of
from campaign.causes.queries import cause_by_id, cause_by_slug
from campaign.extensions import write
from campaign.i18n.locales import INTERFACE_LANGUAGES
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
    "--lang",
    type=click.Choice(INTERFACE_LANGUAGES),
    default=INTERFACE_LANGUAGES[0],
    help="Language of their pages and emails.",
)
def add(email: Address, role: str, slug: str | None, lang: str) -> None:
    """Give EMAIL a role, and print a link to set a password.

    The link works once, within seven days.
    """
    cause = cause_by_slug(slug) if slug else None
    if slug and cause is None:
        raise click.ClickException(f"There is no cause with the slug {slug!r}.")
    if (role == ADMIN) != (cause is None):
        message = (
            "An admin has access to all causes. Leave out --cause."
            if cause
            else "Add the cause that the role is for: --cause SLUG."
        )
        raise click.ClickException(message)
    token = write(_enrol, email, role, cause.id if cause else None, lang)
    click.echo(
        f"{email.normalized} is now {role}{f' of {slug}' if slug else ''}. Open this link within seven days to set a password. It works once:"
    )
    click.echo(f"{current_app.config['PUBLIC_URL']}/organize/invitations/{token}")


@group.command("list")
def list_organizers() -> None:
    """List all organizers: their roles, and whether they have a second factor."""
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
    click.echo(f"Removed {email.normalized}.")


def _enrol(address: Address, role: str, cause_id: int | None, lang: str) -> str:
    granted, link = enrol(address=address, role=role, cause_id=cause_id, lang=lang, now=utcnow())
    subject = ("organizer", granted.organizer_id)
    entry = record(
        COMMAND, "people.invite", subject=subject, cause_id=cause_id, details={"role": role}
    )
    alert_of_new_admin(entry, granted)
    return tokens.link_token(link)


def _remove(organizer_id: int) -> None:
    was_invited = organizer_by_id(organizer_id).is_invited
    removed = remove(organizer_id=organizer_id, now=utcnow())
    entry = record(COMMAND, "people.remove", subject=("organizer", organizer_id))
    alert_subject(entry, removed and not was_invited)


def _role_label(grant: Grant) -> str:
    return (
        grant.role
        if grant.cause_id is None
        else f"{grant.role} of {cause_by_id(grant.cause_id).slug}"
    )


COMMANDS = (group,)
