"""`flask switches`: turn features of the site off and on."""

import re
from datetime import datetime, timedelta

import click
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.accounts.queries import present_organizer
from campaign.cli.arguments import existing
from campaign.extensions import write
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisation_by_slug, organisations_among
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.switches.models import (
    MAX_MESSAGE_LENGTH,
    MAX_REASON_LENGTH,
    SITE_SWITCHES,
    SWITCHES,
    Switch,
)
from campaign.switches.operations import switch_off, switch_on
from campaign.switches.queries import switches_off

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_PERIOD = re.compile(r"([1-9]\d{0,3})([mhd])")

group = AppGroup("switches", help="Turn features of the site off and on.")
name_argument = click.argument("name", type=click.Choice(SWITCHES), metavar="NAME")
organisation_option = click.option(
    "--organisation",
    "slug",
    help="Slug of the organization that this applies to. Without it, the whole site.",
)


def _period(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> timedelta | None:
    if text is None:
        return None
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a period. Use for example 30m, 2h or 1d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _reason(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    if text is not None and len(text) > MAX_REASON_LENGTH:
        raise click.BadParameter(f"Use at most {MAX_REASON_LENGTH} characters.")
    return text


def _messages(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, str] | None:
    """Return the messages by language, None if none was given."""
    messages = {}
    for each in given:
        lang, equals, text = each.partition("=")
        if not equals or not text:
            raise click.BadParameter(f"{each!r} is not LANG=TEXT, such as en='Back at noon.'")
        if lang not in site_settings().languages:
            languages = ", ".join(site_settings().languages)
            raise click.BadParameter(f"{lang!r} is not a language of this site: {languages}")
        if len(text) > MAX_MESSAGE_LENGTH:
            raise click.BadParameter(f"Use at most {MAX_MESSAGE_LENGTH} characters.")
        messages[lang] = text
    return messages or None


@group.command("list")
def list_all() -> None:
    """List the features: name, on or off, for which organization, until when, why, and by whom."""
    slugs = {each.id: each.slug for each in organisations_among(None)}
    rows = switches_off(now=utcnow())
    for name in SWITCHES:
        off = [row for row in rows if row.name == name]
        for row in off:
            until = _stamp(row.off_until) if row.off_until else ""
            organisation = slugs.get(row.organisation_id, "") if row.organisation_id else ""
            organizer = present_organizer(row.organizer_id)
            by_whom = organizer.email if organizer else ""
            click.echo(f"{name}\toff\t{organisation}\t{until}\t{row.reason}\t{by_whom}".rstrip())
        if not off:
            click.echo(f"{name}\ton")


@group.command("off")
@name_argument
@click.option("--for", "period", callback=_period, help="For how long, such as 30m, 2h or 1d.")
@click.option("--reason", callback=_reason, help="Why, for the people in the workspace.")
@click.option(
    "--message",
    "messages",
    multiple=True,
    callback=_messages,
    metavar="LANG=TEXT",
    help="What public pages say in one language, such as en='Back at noon.' May be repeated.",
)
@organisation_option
def off(
    name: str,
    period: timedelta | None,
    reason: str | None,
    messages: dict[str, str] | None,
    slug: str | None,
) -> None:
    """Turn NAME off, until it is turned on or for the time given by --for.

    NAME is signing, registrations, subscriptions, mailings, letters, api, uploads or hatching. If
    it is off already, its reason and messages stay unless you give others.
    """
    organisation = _organisation(slug)
    if organisation and name in SITE_SWITCHES:
        raise click.ClickException(f"{name} can only be turned off for the whole site.")
    now = utcnow()
    until = now + period if period else None

    def switch_and_record() -> Switch:
        row = switch_off(
            name=name,
            now=now,
            organisation_id=organisation.id if organisation else None,
            until=until,
            reason=reason,
            messages=messages,
        )
        details = {"name": name, "organisation": slug or ""}
        record_audit_event(
            COMMAND, "switches.off", subject=("switch", row.id), reason=row.reason, details=details
        )
        return row

    write(switch_and_record)
    click.echo(f"Turned {name} off{f' until {_stamp(until)}' if until else ''}.")


@group.command("on")
@name_argument
@organisation_option
def on(name: str, slug: str | None) -> None:
    """Turn NAME on."""
    organisation = _organisation(slug)

    def switch_and_record() -> bool:
        was_off = switch_on(name=name, organisation_id=organisation.id if organisation else None)
        if was_off:
            record_audit_event(
                COMMAND, "switches.on", details={"name": name, "organisation": slug or ""}
            )
        return was_off

    was_off = write(switch_and_record)
    click.echo(f"Turned {name} on." if was_off else f"{name} is on already.")


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _organisation(slug: str | None) -> Organisation | None:
    if not slug:
        return None
    return existing(organisation_by_slug(slug), "organization", slug)


COMMANDS = (group,)
