"""`flask organisations`: create, list, export and import the organisations that run causes."""

import os
from contextlib import suppress
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.archive.importing import Imported, import_archive
from campaign.archive.manifest import ArchiveError, Manifest
from campaign.archive.reading import open_archive
from campaign.archive.writing import write_archive
from campaign.cli.arguments import existing, site_lang, valid_slug
from campaign.cli.plurals import numbered
from campaign.extensions import db, write
from campaign.organisations.identity import forget_identities
from campaign.organisations.models import Organisation
from campaign.organisations.operations import create_organisation
from campaign.organisations.queries import organisation_by_slug, organisations_among
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.site.settings import site_settings

group = AppGroup(
    "organisations", help="Create, list, export and import the organizations that run causes."
)


@group.command("create")
@click.argument("slug", callback=valid_slug)
@click.option("--name", required=True, help="Its name, as supporters see it.")
@click.option(
    "--lang",
    callback=site_lang,
    help="Language of the name. Without it, the first language of the site.",
)
def create(slug: str, name: str, lang: str) -> None:
    """Create an organization with the address SLUG. The first one is the host of the site."""
    try:
        organisation = write(create_organisation, slug=slug, texts={lang: {"name": name}})
    except SlugTaken as error:
        raise click.ClickException(
            f"There is already an organization with the slug {slug!r}. Choose another."
        ) from error
    click.echo(f"Created {slug}{', the host of this site' if organisation.is_host else ''}.")


@group.command("list")
def list_all() -> None:
    """List the organizations: slug, name, and whether it is the host of the site."""
    default_lang = site_settings().default_lang
    organisations = organisations_among(None)
    for organisation in organisations:
        text = organisation.text(default_lang)
        click.echo(
            f"{organisation.slug}\t{text.name if text else ''}"
            f"\t{'host' if organisation.is_host else ''}".rstrip()
        )
    if not organisations:
        click.echo(
            f"There is no organization yet. Set one up at {current_app.config['PUBLIC_URL']}/organize/."
        )


@group.command("export")
@click.argument("slug")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File to save to.",
)
def export(slug: str, output: Path) -> None:
    """Export the organization SLUG with all its data to one archive.

    The archive holds personal data. Only the owner of the file can read it.
    """
    organisation = existing(organisation_by_slug(slug), "organization", slug)
    write(
        record_audit_event,
        COMMAND,
        "organisations.export",
        subject=("organisation", organisation.id),
    )
    draft = output.with_name(output.name + ".part")
    try:
        manifest = _write_draft(organisation, draft)
        draft.replace(output)
    except OSError as error:
        raise click.ClickException(f"Cannot write {output}: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    rows = sum(file.rows for file in manifest.files.values())
    click.echo(f"Exported {slug} to {output}: {numbered(rows, 'row')}.")
    for name, count in manifest.left_out.items():
        click.echo(f"Left out of {name}: {numbered(count, 'row')}.")


def _write_draft(organisation: Organisation, draft: Path) -> Manifest:
    draft.unlink(missing_ok=True)
    # All tables are read as they are at one moment.
    db.session.rollback()
    connection = db.session.connection(
        execution_options={
            "isolation_level": "SERIALIZABLE",
            # PostgreSQL then needs no locks on what it reads, and never ends the transaction.
            "postgresql_readonly": True,
            "postgresql_deferrable": True,
        }
    )
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        return write_archive(connection, organisation, file, now=utcnow())


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--same-key",
    is_flag=True,
    help="Refuse an archive that was exported with another SECRET_KEY.",
)
def import_file(file: Path, same_key: bool) -> None:
    """Import an organization from FILE into an empty installation.

    Everything is imported, or nothing.
    """
    try:
        with open_archive(file) as archive:
            imported = write(import_archive, archive=archive, requires_same_key=same_key)
            slug = archive.manifest.organisation
    except (ArchiveError, OSError) as error:
        raise click.ClickException(f"{error} Nothing was imported.") from error
    except OperationalError as error:
        reason = str(error.orig).partition("\n")[0]
        raise click.ClickException(
            f"Cannot write to the database: {reason}. Nothing was imported."
        ) from error
    forget_identities()
    _report(slug, imported)


def _report(slug: str, imported: Imported) -> None:
    click.echo(f"Imported {slug}: {numbered(imported.rows.total(), 'row')}.")
    for name, count in imported.rows.items():
        click.echo(f"  {name}: {count:,}")
    for name, count in imported.left_out.items():
        click.echo(f"Left out of {name}: {numbered(count, 'row')}, because SECRET_KEY differs.")
    for name, count in imported.emptied.items():
        click.echo(
            f"Without a digest in {name}: {numbered(count, 'row')}, because SECRET_KEY differs"
            " and the address is not known."
        )
    click.echo("Organizers need a new password: they can reset it at the sign-in page.")


COMMANDS = (group,)
