"""`flask signatures import`: import a file of paper signatures, all rows or none."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale

from campaign.accounts.audit import COMMAND, record
from campaign.cli.plurals import numbered
from campaign.extensions import write
from campaign.i18n.locales import NAMES
from campaign.imports.classification import Decided, decide, without_wrong
from campaign.imports.commit import accept, carry_in
from campaign.imports.create import batch_of, keep_file, open_file
from campaign.imports.files import read_file
from campaign.imports.models import FATES, ImportBatch
from campaign.imports.queries import checker_for, items_in, remembered_columns
from campaign.imports.tables import FileRefused, Table
from campaign.organize.imports.labels import FATE_LABELS, FILE_FAULTS, fate_reason
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow

WRONG = 1


@click.command("import")
@click.argument("petition")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
@click.option(
    "--lang",
    type=click.Choice(tuple(NAMES)),
    help="Language of those whose row names none; else the petition's.",
)
@click.option(
    "--country", default="", help="Two letters of the country of those whose row names none."
)
@click.option(
    "--signed-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of signing where a row names none; else today.",
)
@click.option("--month-first", is_flag=True, help="Dates such as 11/25/2026 begin with the month.")
@click.option("--leave-out-wrong", is_flag=True, help="Import the rest where rows are wrong.")
@with_appcontext
def import_signatures(
    petition: str,
    file: Path,
    dry_run: bool,
    lang: str | None,
    country: str,
    signed_on: datetime | None,
    month_first: bool,
    leave_out_wrong: bool,
) -> None:
    """Import the signatures of FILE, CSV or XLSX with a header row, as signed on paper under PETITION.

    All rows come in or none does: where one is wrong, nothing is changed and the exit code is 1. Columns are those of an
    export (given_name, family_name, email, country, postal_code, comment, name_display, subscribe, lang) with signed_at,
    sheet and row.
    """
    found = petition_by_slug(petition)
    if found is None:
        raise click.ClickException(f"There is no petition at {petition!r}.")
    now = utcnow()
    today = now.astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"]))
    settings = {"country": country.upper(), "signed_on": (signed_on or today).date()}
    if month_first:
        settings["day_first"] = False
    batch, table, decided = _looked_at(
        found, file, now, lang=lang or found.original_lang, **settings
    )
    if leave_out_wrong:
        without_wrong(decided)
    _tell(decided)
    counts = Counter(row.fate for row in decided)
    if counts["wrong"]:
        click.echo(
            "Nothing was imported: mend the wrong rows, or leave them out with --leave-out-wrong.",
            err=True,
        )
        raise SystemExit(WRONG)
    if dry_run:
        click.echo(
            f"Nothing was changed: {numbered(counts['new'] + counts['held'], 'signature')} would come in."
        )
        return
    if not counts["new"] + counts["held"]:
        click.echo("Nothing was imported: nobody is new.")
        return
    left_out = {row.place for row in decided if row.fate == "left_out"}
    kept = write(
        _accept, keep_file(write, batch=batch, table=table, left_out=left_out), decided, now
    )
    newcomers = carry_in(write, kept.id, decided).newcomers
    click.echo(f"Imported {numbered(newcomers, 'signature')} into {petition}.")


def _looked_at(
    petition: Petition, file: Path, now: datetime, **settings: Any
) -> tuple[ImportBatch, Table, list[Decided]]:
    """Return the unsaved ImportBatch of a file, its Table, and the Decided of its rows."""
    try:
        table = _table(file)
    except FileRefused as refusal:
        with force_locale("en"):
            raise click.ClickException(f"{file}: {FILE_FAULTS[refusal.code]}") from refusal
    remembered = remembered_columns(petition.cause_id)
    batch = batch_of(
        petition=petition,
        organizer_id=None,
        name=file.name,
        table=table,
        remembered=remembered,
        **settings,
    )
    if not {"given_name", "full_name"} & set(batch.mapping.values()):
        raise click.ClickException(f"{file}: no column is called given_name.")
    return batch, table, decide(checker_for(batch, now), items_in(batch, table))


def _table(file: Path) -> Table:
    if file.stat().st_size > current_app.config["IMPORT_BYTES"]:
        raise click.ClickException(f"{file} is larger than IMPORT_BYTES.")
    return read_file(file.read_bytes())


def _accept(batch: ImportBatch, decided: list[Decided], now: datetime) -> ImportBatch:
    open_file(batch_id=batch.id, version=batch.version)
    accepted = accept(batch_id=batch.id, version=None, decided=decided, now=now)
    details = {"signatures": accepted.newcomers}
    record(
        COMMAND,
        "imports.bring_in",
        subject=("import", accepted.id),
        cause_id=accepted.cause_id,
        details=details,
    )
    return accepted


def _tell(decided: list[Decided]) -> None:
    """Print the rows that are not simply new, then the number of rows per fate."""
    with force_locale("en"):
        for row in decided:
            if row.fate != "new":
                click.echo(
                    f"{row.place:>6}  {FATE_LABELS[row.fate]!s:<20}  {fate_reason(row.fate, row.why)}".rstrip()
                )
        counts = Counter(row.fate for row in decided)
        for fate in FATES:
            click.echo(f"{counts[fate]:>6}  {FATE_LABELS[fate]}")
