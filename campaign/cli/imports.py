"""`flask signatures import`: import a file of paper signatures, all rows or none."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.cli.arguments import check_lang, existing
from campaign.cli.plurals import numbered
from campaign.extensions import write
from campaign.imports.checking import Checker
from campaign.imports.classification import ClassifiedRow, classify, leave_out_wrong_rows
from campaign.imports.commit import accept, import_in_parts
from campaign.imports.create import build_batch, open_file, store_file
from campaign.imports.files import read_file
from campaign.imports.models import OUTCOMES, ImportBatch
from campaign.imports.queries import checker_for, items_in, remembered_columns
from campaign.imports.tables import FileRefused, FileTable
from campaign.organize.imports.labels import FILE_FAULTS, OUTCOME_LABELS, outcome_reason
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings

EXIT_WRONG_ROWS = 1


@click.command("import")
@click.argument("slug", metavar="PETITION")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the result of each row, but change nothing.")
@click.option(
    "--lang",
    help="Language for rows without one. Default: the language of the petition.",
)
@click.option(
    "--country", default="", help="Country for rows without one, as two letters such as CA."
)
@click.option(
    "--signed-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Date of signing for rows without one. Default: today.",
)
@click.option(
    "--month-first", is_flag=True, help="Read dates such as 11/12/2026 as month, day, year."
)
@click.option(
    "--leave-out-wrong", is_flag=True, help="Leave out rows with errors, and import the others."
)
@with_appcontext
def import_signatures(
    slug: str,
    file: Path,
    dry_run: bool,
    lang: str | None,
    country: str,
    signed_on: datetime | None,
    month_first: bool,
    leave_out_wrong: bool,
) -> None:
    """Import paper signatures from FILE into PETITION.

    FILE is a CSV or XLSX file with a header row.

    If a row has an error, nothing is imported and the exit code is 1.

    The columns are: given_name, family_name, email, country, postal_code, comment, name_display,
    subscribe, tell_answer, lang, signed_at, sheet, row. Instead of given_name and family_name, you
    can use full_name.
    """
    petition = existing(petition_by_slug(slug), "petition", slug)
    lang = check_lang(lang) if lang else petition.original_lang
    now = utcnow()
    today = now.astimezone(ZoneInfo(site_settings().time_zone))
    settings = {"country": country.upper(), "signed_on": (signed_on or today).date()}
    if month_first:
        settings["day_first"] = False
    batch, table, decisions = _read_batch(petition, file, now, lang=lang, **settings)
    if leave_out_wrong:
        leave_out_wrong_rows(decisions)
    _print_results(decisions)
    counts = Counter(row.outcome for row in decisions)
    if counts["wrong"]:
        click.echo(
            "Nothing was imported. Correct the rows with errors, or leave them out with --leave-out-wrong.",
            err=True,
        )
        raise SystemExit(EXIT_WRONG_ROWS)
    if dry_run:
        click.echo(
            f"Nothing was changed. Without --dry-run, this imports {numbered(counts['new'] + counts['held'], 'signature')}."
        )
        return
    if not counts["new"] + counts["held"]:
        click.echo("Nothing was imported. The file has no new signatures.")
        return
    left_out = {row.row_number for row in decisions if row.outcome == "left_out"}
    saved_batch = write(
        _accept, store_file(write, batch=batch, table=table, left_out=left_out), decisions, now
    )
    newcomers = import_in_parts(write, saved_batch.id, decisions).newcomers
    click.echo(f"Imported {numbered(newcomers, 'signature')} into {slug}.")


def _read_batch(
    petition: Petition, file: Path, now: datetime, **settings: Any
) -> tuple[ImportBatch, FileTable, list[ClassifiedRow]]:
    """Return the unsaved ImportBatch of a file, its FileTable, and its ClassifiedRows."""
    try:
        table = _read_table(file)
    except FileRefused as refusal:
        with force_locale("en"):
            raise click.ClickException(f"{file}: {FILE_FAULTS[refusal.code]}") from refusal
    remembered = remembered_columns(petition.cause_id)
    batch = build_batch(
        petition=petition,
        organizer_id=None,
        name=file.name,
        table=table,
        remembered=remembered,
        **settings,
    )
    if not {"given_name", "full_name"} & set(batch.mapping.values()):
        raise click.ClickException(
            f"{file} has no column called given_name or full_name. Add one to the header row."
        )
    return batch, table, classify(cast(Checker, checker_for(batch, now)), items_in(batch, table))


def _read_table(path: Path) -> FileTable:
    if path.stat().st_size > current_app.config["IMPORT_BYTES"]:
        raise click.ClickException(
            f"{path} is larger than the setting IMPORT_BYTES allows. Split the file."
        )
    return read_file(path.read_bytes())


def _accept(batch: ImportBatch, decisions: list[ClassifiedRow], now: datetime) -> ImportBatch:
    open_file(batch_id=batch.id, version=batch.version)
    accepted = accept(batch_id=batch.id, version=None, decided=decisions, now=now)
    details = {"signatures": accepted.newcomers}
    record_audit_event(
        COMMAND,
        "imports.bring_in",
        subject=("import", accepted.id),
        cause_id=accepted.cause_id,
        details=details,
    )
    return accepted


def _print_results(decisions: list[ClassifiedRow]) -> None:
    """Print the rows that are not simply new, then the number of rows per outcome."""
    with force_locale("en"):
        for row in decisions:
            if row.outcome != "new":
                click.echo(
                    f"{row.row_number:>6}  {OUTCOME_LABELS[row.outcome]!s:<20}  {outcome_reason(row.outcome, row.outcome_details)}".rstrip()
                )
        counts = Counter(row.outcome for row in decisions)
        for outcome in OUTCOMES:
            click.echo(f"{counts[outcome]:>6}  {OUTCOME_LABELS[outcome]}")
