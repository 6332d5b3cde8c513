"""`flask signatures`: export, import, audit, anonymise and generate signatures."""

import os
import random
import sys
import time
from typing import BinaryIO

import click
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND
from campaign.cli.demo.invention import add_rows, invented_rows
from campaign.cli.imports import import_signatures
from campaign.cli.plurals import numbered
from campaign.exports.formats import FORMATS
from campaign.exports.queries import SignatureTable
from campaign.exports.selection import STATES, Selection
from campaign.extensions import db, write
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_slug, petition_in_any_state
from campaign.process.clock import utcnow
from campaign.signatures.counting.hatching import hatch
from campaign.signatures.erasure import anonymise, erases_at, is_due, personal_left
from campaign.signatures.queries import differences, work_for_the_runner

group = AppGroup("signatures", help="Export, import, check and generate signatures.")
HATCH_PATIENCE = 60
# Seeds that are equal modulo this number invent the same people.
SEEDS = 4096


@group.command("export")
@click.argument("petition")
@click.option(
    "--format", "kind", type=click.Choice(tuple(FORMATS)), default="csv", show_default=True
)
@click.option(
    "--output", type=click.Path(dir_okay=False), help="File to write; without it, standard output."
)
@click.option(
    "--state",
    type=click.Choice(tuple(STATES)),
    default="counted",
    show_default=True,
    help="Which of them.",
)
def export(petition: str, kind: str, output: str | None, state: str) -> None:
    """Write the signatures of PETITION, with a header row."""
    found = _found(petition)
    table = SignatureTable(Selection(found.id, state=state))
    if output is None:
        _pour(table, kind, sys.stdout.buffer)
        return
    with open(output, "wb", opener=_open_for_owner) as file:
        total = _pour(table, kind, file)
    click.echo(f"Wrote {numbered(total, 'signature')} to {output}.")


@group.command("audit")
def audit() -> None:
    """Recompute tally and ledger from the signatures; exit with 1 on any difference."""
    # Read everything in one snapshot, or signatures that hatch during the audit look like
    # differences.
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
    found = differences()
    for sentence in found:
        click.echo(sentence)
    if found:
        raise SystemExit(1)
    click.echo("Tally, ledger and butterfly numbers agree with the signatures.")


@group.command("anonymise")
@click.argument("petition")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased, and when.")
def anonymise_signatures(petition: str, dry_run: bool) -> None:
    """Erase the personal data of the signatures of PETITION, whose days after the end have passed. What was counted stays counted."""
    found = petition_in_any_state(petition)
    if found is None:
        raise click.ClickException(f"There is no petition at {petition!r}.")
    if dry_run:
        click.echo(_plan(found))
        return
    if not is_due(found, utcnow()):
        raise click.ClickException(_plan(found))
    petition_id, total = found.id, 0
    while erased := write(anonymise, petition_id=petition_id, actor=COMMAND, now=utcnow()):
        total += erased
    click.echo(f"Erased the personal data of {numbered(total, 'signature')} of {petition}.")


def _plan(petition: Petition) -> str:
    """Return a sentence that says what the petition's retention means today."""
    left, at = personal_left(petition.id), erases_at(petition)
    held = numbered(left, "signature")
    if petition.retention_days is None:
        return f"{petition.slug} keeps the personal data of its {held}: no retention is set."
    if at is None:
        return f"{petition.slug} has no end yet; there is personal data of {held}."
    told = "owners were told" if petition.retention_told_at else "owners have not been told yet"
    due = "is to be" if left == 1 else "are to be"
    would = "would be" if at > utcnow() or not petition.retention_told_at else due
    return f"{held} of {petition.slug} {would} erased from {at:%Y-%m-%d} on ({told})."


@group.command("generate")
@click.argument("petition")
@click.argument("count", type=click.IntRange(min=1))
@click.option("--seed", type=int, help="The same seed invents the same people.")
def generate(petition: str, count: int, seed: int | None) -> None:
    """Add COUNT realistic confirmed signatures of invented people to PETITION, and hatch them."""
    found = _found(petition)
    added = 0
    # A seed used before invents the same people, who are skipped. Then other seeds fill up the
    # rest.
    for lot in [seed] if seed is not None else random.sample(range(SEEDS), SEEDS):
        added += generate_signatures(found, count - added, seed=lot)
        if added == count:
            break
    click.echo(f"Generated {numbered(added, 'signature')} for {petition}.")


def generate_signatures(petition: Petition, count: int, *, seed: int) -> int:
    """Insert and hatch `count` invented signatures, with a progress bar; return how many."""
    now = utcnow()
    version_id = petition.current_version.id
    added = 0
    with click.progressbar(length=count, label=f"Signing {petition.slug}", file=sys.stderr) as bar:
        for rows in invented_rows(petition, version_id, count, seed=seed, now=now):
            added += write(add_rows, rows)
            _hatch_once()
            bar.update(len(rows))
    hatch_all()
    return added


def _hatch_once():
    return write(hatch, holder=f"generate-{os.getpid()}", now=utcnow())


def hatch_all() -> None:
    """Hatch all that waits, or let the runner that holds the lease do it."""
    end = time.monotonic() + HATCH_PATIENCE
    while time.monotonic() < end:
        if not _hatch_once():
            db.session.rollback()
            if not work_for_the_runner():
                return
            time.sleep(0.1)


def _pour(table: SignatureTable, kind: str, file: BinaryIO) -> int:
    """Write the sheet to the binary `file`; return the number of signatures in it."""
    form, total = FORMATS[kind](table.header, table.kinds), 0
    file.write(form.begin())
    for columns in table.stream():
        file.write(form.add(columns))
        total += len(columns[0])
    file.write(form.end())
    return total


def _open_for_owner(path: str, flags: int) -> int:
    # The file holds names and addresses, so only its owner may read it.
    return os.open(path, flags, 0o600)


def _found(slug: str) -> Petition:
    petition = petition_by_slug(slug)
    if petition is None:
        raise click.ClickException(f"There is no petition at {slug!r}.")
    return petition


group.add_command(import_signatures)

COMMANDS = (group,)
