"""`flask targets`: import and export the targets of an organisation, and its area codes."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.cli.arguments import existing
from campaign.cli.plurals import numbered
from campaign.extensions import write
from campaign.imports.tables import FileRefused
from campaign.imports.targets.files import CheckedFile, check_file
from campaign.imports.targets.operations import IMPORT_ACTIONS, TargetImportOvertaken, keep_checked
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisation_by_slug
from campaign.organize.targets.labels import OUTCOME_LABELS, fault_text, refusal_text
from campaign.process.clock import utcnow
from campaign.security.private_files import open_for_owner
from campaign.site.settings import site_settings
from campaign.targets.exporting import FORMATS, export_targets

EXIT_WRONG_ROWS = 1

group = AppGroup("targets", help="Import and export the people and bodies who are asked to act.")
_organisation = click.option(
    "--organisation", "slug", required=True, metavar="ORG", help="Slug of the organization."
)
_dry_run = click.option(
    "--dry-run", is_flag=True, help="Show what would be imported, but change nothing."
)
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@group.command("import")
@_file
@_organisation
@_dry_run
def import_targets(file: Path, slug: str, dry_run: bool) -> None:
    """Import targets from FILE: CSV or XLSX with a header row, or Popolo JSON.

    If a row has an error, nothing is imported and the exit code is 1.
    """
    _import("targets", file, _load(slug), dry_run)


@group.command("areas")
@_file
@_organisation
@_dry_run
def import_areas(file: Path, slug: str, dry_run: bool) -> None:
    """Import postal codes and their areas from FILE.

    Its columns are country, code, area and area_name. The areas replace all others of the same
    countries. If a row has an error, nothing is imported and the exit code is 1.
    """
    _import("areas", file, _load(slug), dry_run)


@group.command("export")
@_organisation
@click.option("--format", "kind", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to save to. Default: standard output.",
)
def export(slug: str, kind: str, output: Path | None) -> None:
    """Export the targets of an organization with their contact details."""
    organisation = _load(slug)
    write(record_audit_event, COMMAND, "targets.export", subject=("organisation", organisation.id))
    text = export_targets(
        organisation_id=organisation.id, kind=kind, default_lang=site_settings().default_lang
    )
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        # Only the owner may read it.
        with open(output, "w", encoding="utf-8", newline="", opener=open_for_owner) as target:
            target.write(text)
    except OSError as error:
        raise click.ClickException(f"Cannot write {output}: {error.strerror}.") from error


def _load(slug: str) -> Organisation:
    return existing(organisation_by_slug(slug), "organization", slug)


def _import(kind: str, file: Path, organisation: Organisation, dry_run: bool) -> None:
    if file.stat().st_size > current_app.config["IMPORT_BYTES"]:
        raise click.ClickException(
            f"{file} is larger than the setting IMPORT_BYTES allows. Split the file."
        )
    content = file.read_bytes()
    try:
        checked = check_file(
            kind=kind,
            organisation_id=organisation.id,
            data=content,
            default_lang=site_settings().default_lang,
        )
    except FileRefused as refusal:
        with force_locale("en"):
            raise click.ClickException(f"{file}: {refusal_text(refusal)}") from refusal
    _print(checked)
    if checked.faults:
        click.echo("Nothing was imported. Correct the rows with errors first.", err=True)
        raise SystemExit(EXIT_WRONG_ROWS)
    if dry_run:
        click.echo("Nothing was changed. Without --dry-run, this is imported.")
        return
    try:
        write(_keep_and_apply, kind, file.name, content, organisation.id, checked)
    except TargetImportOvertaken as error:
        raise click.ClickException(
            "Someone changed a target at the same time. Nothing was imported. Try again."
        ) from error
    changes = sum(checked.counts.get(name, 0) for name in ("added", "changed"))
    noun = "target" if kind == "targets" else "postal code"
    click.echo(f"Imported {numbered(changes, noun)}.")


def _keep_and_apply(
    kind: str, file_name: str, content: bytes, organisation_id: int, checked: CheckedFile
) -> None:
    now = utcnow()
    item = keep_checked(
        organisation_id=organisation_id,
        organizer_id=None,
        kind=kind,
        file_name=file_name,
        content=content,
        counts=checked.counts,
        preview=checked.preview,
        now=now,
    )
    checked.apply(import_id=item.id, now=now)
    record_audit_event(
        COMMAND,
        IMPORT_ACTIONS[kind],
        subject=("organisation", organisation_id),
        details=checked.counts,
    )


def _print(checked: CheckedFile) -> None:
    with force_locale("en"):
        for fault in checked.faults:
            click.echo(f"{fault.line:>6}  {fault_text(fault)}")
        for outcome, count in checked.counts.items():
            click.echo(f"{count:>6}  {OUTCOME_LABELS[outcome]}")


COMMANDS = (group,)
