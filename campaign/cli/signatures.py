"""`flask signatures`: export, import, audit, anonymise and generate signatures."""

import random
import sys
from typing import BinaryIO

import click
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND
from campaign.cli.arguments import existing
from campaign.cli.imports import import_signatures
from campaign.cli.plurals import numbered
from campaign.demo.signers import add_rows, invented_rows
from campaign.exports.formats import FORMATS
from campaign.exports.selection import STATES, Selection
from campaign.exports.signature_table import SignatureTable
from campaign.extensions import db, write
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_slug, petition_in_any_state
from campaign.process.clock import utcnow
from campaign.security.private_files import open_for_owner
from campaign.signatures.erasure import anonymise, count_personal, erases_at, is_due
from campaign.signatures.jobs import hatch_all, hatch_once
from campaign.signatures.queries import differences

group = AppGroup("signatures", help="Export, import, check and generate signatures.")
# Seeds that are equal modulo this number invent the same people.
SEEDS = 4096


@group.command("export")
@click.argument("slug", metavar="PETITION")
@click.option(
    "--format", "kind", type=click.Choice(tuple(FORMATS)), default="csv", show_default=True
)
@click.option(
    "--output", type=click.Path(dir_okay=False), help="File to save to. Default: standard output."
)
@click.option(
    "--state",
    type=click.Choice(tuple(STATES)),
    default="counted",
    show_default=True,
    help="Which signatures to export.",
)
def export(slug: str, kind: str, output: str | None, state: str) -> None:
    """Export the signatures of PETITION, with a header row."""
    petition = _load_petition(slug)
    table = SignatureTable(Selection(petition.id, state=state))
    if output is None:
        _write_rows(table, kind, sys.stdout.buffer)
        return
    with open(output, "wb", opener=open_for_owner) as file:
        total = _write_rows(table, kind, file)
    click.echo(f"Exported {numbered(total, 'signature')} to {output}.")


@group.command("audit")
def audit() -> None:
    """Check the tally and the ledger against the signatures.

    If there is a difference, the exit code is 1.
    """
    # Read everything in one snapshot, or signatures that hatch during the audit look like
    # differences.
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
    problems = differences()
    for problem in problems:
        click.echo(problem)
    if problems:
        raise SystemExit(1)
    click.echo("The tally, ledger and butterfly numbers match the signatures.")


@group.command("anonymise")
@click.argument("slug", metavar="PETITION")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be deleted and when, but change nothing."
)
def anonymise_signatures(slug: str, dry_run: bool) -> None:
    """Delete the personal data of PETITION after its retention period.

    Counted signatures stay counted.
    """
    petition = existing(petition_in_any_state(slug), "petition", slug)
    if dry_run:
        click.echo(_erasure_plan(petition))
        return
    if not is_due(petition, utcnow()):
        raise click.ClickException(_erasure_plan(petition))
    petition_id, total = petition.id, 0
    while erased := write(anonymise, petition_id=petition_id, actor=COMMAND, now=utcnow()):
        total += erased
    click.echo(f"Deleted the personal data of {numbered(total, 'signature')} of {slug}.")


def _erasure_plan(petition: Petition) -> str:
    """Return a sentence that says what the petition's retention means today."""
    remaining, erase_at = count_personal(petition.id), erases_at(petition)
    count = numbered(remaining, "signature")
    if petition.retention_days is None:
        return f"{petition.slug} has personal data of {count}. It has no retention period, so nothing is deleted."
    if erase_at is None:
        return f"{petition.slug} has personal data of {count}. It has no end date yet, so nothing is deleted."
    if petition.retention_notified_at:
        notice = "The owners have been warned."
    else:
        notice = "The owners must be warned first."
    return f"{petition.slug} has personal data of {count}, to delete from {erase_at:%Y-%m-%d} on. {notice}"


@group.command("generate")
@click.argument("slug", metavar="PETITION")
@click.argument("count", type=click.IntRange(min=1))
@click.option(
    "--seed",
    type=int,
    help="Seed of the random people. The same number gives the same people.",
)
def generate(slug: str, count: int, seed: int | None) -> None:
    """Add COUNT confirmed signatures of invented people to PETITION, and count them."""
    petition = _load_petition(slug)
    added = 0
    # A seed used before invents the same people, who are skipped. Then other seeds fill up the
    # rest.
    for batch_seed in [seed] if seed is not None else random.sample(range(SEEDS), SEEDS):
        added += generate_signatures(petition, count - added, seed=batch_seed)
        if added == count:
            break
    click.echo(f"Generated {numbered(added, 'signature')} for {slug}.")


def generate_signatures(petition: Petition, count: int, *, seed: int) -> int:
    """Insert and hatch `count` invented signatures, with a progress bar, and return how many."""
    now = utcnow()
    version_id = petition.current_version.id
    added = 0
    with click.progressbar(length=count, label=f"Signing {petition.slug}", file=sys.stderr) as bar:
        for rows in invented_rows(petition, version_id, count, seed=seed, now=now):
            added += write(add_rows, rows)
            hatch_once()
            bar.update(len(rows))
    hatch_all()
    return added


def _write_rows(table: SignatureTable, kind: str, file: BinaryIO) -> int:
    """Write the rows to the binary `file` and return the number of signatures in it."""
    file_format, total = FORMATS[kind](table.header, table.kinds), 0
    file.write(file_format.begin())
    for columns in table.stream():
        file.write(file_format.add(columns))
        total += len(columns[0])
    file.write(file_format.end())
    return total


def _load_petition(slug: str) -> Petition:
    return existing(petition_by_slug(slug), "petition", slug)


group.add_command(import_signatures)

COMMANDS = (group,)
