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
from campaign.process.clock import utcnow
from campaign.text.email_addresses import Address, AddressRefused, parse_address

group = AppGroup("organizers", help="Add, list and remove the people who run causes.")


def _parsed(_context: click.Context, _parameter: click.Parameter, email: str) -> Address:
    try:
        return parse_address(email)
    except AddressRefused as fault:
        raise click.BadParameter(f"{email!r} is not an email address ({fault.code}).") from fault


@group.command("add")
@click.argument("email", callback=_parsed)
@click.option("--role", type=click.Choice((ADMIN, *ROLES)), required=True, help="What they may do.")
@click.option(
    "--cause",
    "slug",
    help="Slug of the cause. Leave it out for an admin, who has access to every cause.",
)
@click.option(
    "--lang",
    type=click.Choice(("en", "es", "fr")),
    default="en",
    help="Language of their pages and emails.",
)
def add(email: Address, role: str, slug: str | None, lang: str) -> None:
    """Give EMAIL a role, and print a link to set a password. The link works once, for seven days."""
    cause = cause_by_slug(slug) if slug else None
    if slug and cause is None:
        raise click.ClickException(f"There is no cause at {slug!r}.")
    if (role == ADMIN) != (cause is None):
        wrong = (
            "An admin has access to every cause. Leave out --cause."
            if cause
            else "Name the cause: --cause SLUG."
        )
        raise click.ClickException(wrong)
    token = write(_enrol, email, role, cause.id if cause else None, lang)
    click.echo(
        f"{email.normalized} is {role}{f' of {slug}' if slug else ''}. Open this link within seven days. It works once:"
    )
    click.echo(f"{current_app.config['PUBLIC_URL']}/organize/invitations/{token}")


@group.command("list")
def list_organizers() -> None:
    """Show every organizer with their roles, and how they sign in."""
    click.echo(f"{'email':40} {'two-step':14} roles")
    for who in organizers_of(None):
        factor = "invited" if who.is_invited else "yes" if who.has_second_factor else "no"
        click.echo(f"{who.email:40} {factor:14} {', '.join(map(_role, who.grants)) or 'none'}")


@group.command("remove")
@click.argument("email", callback=_parsed)
def remove_organizer(email: Address) -> None:
    """Remove all roles, sessions and keys of EMAIL. The activity log keeps the name."""
    who = organizer_by_address(email.normalized)
    if who is None or who.removed_at is not None:
        raise click.ClickException(f"There is no organizer at {email.normalized}.")
    try:
        write(_remove, who.id)
    except LastAdmin as error:
        raise click.ClickException("This is the last admin. Add another one first.") from error
    click.echo(f"Removed {email.normalized}.")


def _enrol(address: Address, role: str, cause_id: int | None, lang: str) -> str:
    given, link = enrol(address=address, role=role, cause_id=cause_id, lang=lang, now=utcnow())
    on = ("organizer", given.organizer_id)
    entry = record(COMMAND, "people.invite", subject=on, cause_id=cause_id, details={"role": role})
    alert_of_new_admin(entry, given)
    return tokens.link_token(link)


def _remove(organizer_id: int) -> None:
    was_invited = organizer_by_id(organizer_id).is_invited
    removed = remove(organizer_id=organizer_id, now=utcnow())
    entry = record(COMMAND, "people.remove", subject=("organizer", organizer_id))
    alert_subject(entry, removed and not was_invited)


def _role(grant: Grant) -> str:
    return (
        grant.role
        if grant.cause_id is None
        else f"{grant.role} of {cause_by_id(grant.cause_id).slug}"
    )


COMMANDS = (group,)
