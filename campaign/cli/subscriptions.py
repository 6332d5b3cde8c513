"""`flask subscriptions`: export and import subscribers with their consents."""

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.causes.queries import cause_in_any_state
from campaign.cli.arguments import existing
from campaign.cli.plurals import numbered
from campaign.exports.subscribers import STATES, pieces_of_subscribers, subscriber_format
from campaign.extensions import db, write
from campaign.imports.subscribers.reading import (
    HEADINGS,
    ColumnsMissing,
    Result,
    SubscriberList,
)
from campaign.imports.tables import FileRefused
from campaign.organisations.queries import organisation_by_slug, organisations_among
from campaign.process.clock import utcnow
from campaign.security.private_files import open_for_owner
from campaign.subscriptions.importing import Subscriber, import_subscribers, outcomes_of
from campaign.subscriptions.models import SubscriptionScope

group = AppGroup("subscriptions", help="Export and import people who get updates by email.")


@group.command("export")
@click.option("--cause", "slug", help="Slug of a cause. Without it, the subscribers of all causes.")
@click.option(
    "--organisation",
    "organisation_slug",
    help="Slug of an organization, for the subscribers of all its causes.",
)
@click.option(
    "--format", "kind", type=click.Choice(("csv", "jsonl")), default="csv", show_default=True
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to save to. Default: standard output.",
)
@click.option("--state", type=click.Choice(tuple(STATES)), default="active", show_default=True)
def export(
    slug: str | None, organisation_slug: str | None, kind: str, output: Path | None, state: str
) -> None:
    """Export subscribers with the consent each gave: its text, when and how."""
    scope = _load_scope(slug, organisation_slug)
    write(_record, "subscriptions.export", scope)
    file_format = subscriber_format(kind, for_people=False)
    pieces = (piece.data for piece in pieces_of_subscribers(file_format, state=state, **scope))
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    try:
        # Only the owner may read it.
        with open(output, "wb", opener=open_for_owner) as file:
            file.writelines(pieces)
    except OSError as error:
        raise click.ClickException(f"Cannot write {output}: {error.strerror}.") from error
    click.echo(f"Exported the subscribers to {output}.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--cause", "slug", help="Slug of the cause that they subscribe to. Without it, all causes."
)
@click.option(
    "--organisation",
    "organisation_slug",
    help="Slug of the organization that they subscribe to, if the site has several.",
)
@click.option(
    "--ask",
    is_flag=True,
    help="Send each person one email that asks for consent. They get updates only after they confirm.",
)
@click.option("--dry-run", is_flag=True, help="Show what would happen, but change nothing.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=HEADING",
    help=f"The heading of a column. You can use this option several times. Fields: {', '.join(HEADINGS)}.",
)
def import_file(
    file: Path,
    slug: str | None,
    organisation_slug: str | None,
    ask: bool,
    dry_run: bool,
    columns: tuple[str, ...],
) -> None:
    """Import subscribers from FILE, a CSV file with a header row.

    Without --ask, each line needs the consent of the person: consent_text and consent_at.

    People who have a subscription, have ended one, or asked for no updates are left out. If the
    import is interrupted, start it again.
    """
    scope, now = _load_scope(slug, organisation_slug), utcnow()
    if not any(scope.values()):
        scope["organisation_id"] = _only_organisation_id()

    def check(batch: list[Subscriber]) -> list[str]:
        outcomes = outcomes_of(batch, **scope)
        db.session.rollback()
        return outcomes

    def add(batch: list[Subscriber]) -> list[str]:
        outcomes: list[str] = write(
            import_subscribers, subscribers=batch, asks=ask, now=now, **scope
        )
        return outcomes

    try:
        with file.open("rb") as stream:
            subscribers = _read_list(file, stream, columns)
            result = subscribers.go_through(check if dry_run else add, asks=ask, now=now)
    except ColumnsMissing as error:
        raise click.ClickException(
            f"There is no column for {error}. Name it with --column, such as"
            f" --column {error.fields[0]}=HEADING. Nothing was imported."
        ) from error
    except FileRefused as error:
        imported = (
            "Nothing was imported."
            if dry_run
            else "People in the rows before may have been imported. Correct the file, then import it"
            " again: nobody is added twice."
        )
        raise click.ClickException(
            f"{file} cannot be read to its end ({error.code}). {imported}"
        ) from error
    if not dry_run:
        write(_record, "subscriptions.import", scope, {"asked": ask, **result.outcomes})
    _report(result, dry_run)


def _report(result: Result, dry_run: bool) -> None:
    for outcome, count in sorted(result.outcomes.items()):
        click.echo(f"{outcome}: {count:,}")
    if dry_run:
        for person in result.sample:
            consent = person.consent_at.isoformat() if person.consent_at else ""
            click.echo(f"  {person.email}\t{person.lang}\t{person.frequency}\t{consent}")
    if result.wrong:
        click.echo(f"Left out because of errors: {numbered(result.wrong, 'line')}.")
        for line, code in result.errors:
            click.echo(f"  line {line}: {code}")
    if dry_run:
        click.echo("Nothing was changed.")


def _read_list(file: Path, stream: BinaryIO, columns: tuple[str, ...]) -> SubscriberList:
    try:
        return SubscriberList(stream, _read_columns(columns))
    except FileRefused as error:
        raise click.ClickException(
            f"{file} is not a CSV file with a header row ({error.code}). Nothing was imported."
        ) from error


def _read_columns(columns: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for text in columns:
        name, equals, heading = text.partition("=")
        if not equals or name not in HEADINGS:
            raise click.BadParameter(
                f"{text!r} is not FIELD=HEADING. Fields: {', '.join(HEADINGS)}.",
                param_hint="--column",
            )
        chosen[name] = heading
    return chosen


def _load_scope(slug: str | None, organisation_slug: str | None) -> SubscriptionScope:
    """Return the cause, or the organisation, that the options name."""
    if slug and organisation_slug:
        raise click.UsageError("Use --cause or --organisation, not both.")
    cause = existing(cause_in_any_state(slug), "cause", slug) if slug else None
    organisation = (
        existing(organisation_by_slug(organisation_slug), "organization", organisation_slug)
        if organisation_slug
        else None
    )
    return SubscriptionScope(
        cause_id=cause.id if cause else None,
        organisation_id=organisation.id if organisation else None,
    )


def _only_organisation_id() -> int:
    """Return the only organisation of a site. With several, consents need one to be named."""
    organisations = organisations_among(None)
    if len(organisations) > 1:
        raise click.UsageError(
            "This site has several organizations. Choose one with --organisation, or a cause with --cause."
        )
    if not organisations:
        raise click.ClickException(
            "This site has no organization yet. Create it with flask organisations create."
        )
    return organisations[0].id


def _record(action: str, scope: SubscriptionScope, details: dict[str, Any] | None = None) -> None:
    organisation_id = scope["organisation_id"]
    subject = ("organisation", organisation_id) if organisation_id else None
    record_audit_event(
        COMMAND, action, subject=subject, cause_id=scope["cause_id"], details=details
    )


COMMANDS = (group,)
