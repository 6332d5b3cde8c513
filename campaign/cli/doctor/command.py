"""The command `flask doctor`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from campaign.cli.doctor.file_checks import check_files
from campaign.cli.doctor.mail_checks import check_mail
from campaign.cli.doctor.network_checks import check_network
from campaign.cli.doctor.server_checks import check_redis, check_standby
from campaign.cli.doctor.settings_checks import check_settings
from campaign.cli.plurals import numbered
from campaign.health.database_checks import check_database
from campaign.health.disk_checks import check_disk
from campaign.health.findings import Finding

WIDTH = len("migrations")
INDENT = " " * (WIDTH + 10)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Say what is wrong with this installation, and how to fix it.

    Checks settings, database, migrations, clock, worker, standby, Redis, folder, disk, backup, its
    last test, files, DNS, site and mail. Changes nothing, and sends no email. The exit code is 1 if
    something is wrong.
    """
    counts = Counter(_show(_findings(current_app.config)))
    if counts["wrong"]:
        click.echo(f"{numbered(counts['wrong'], 'problem')} to fix, see above.")
        sys.exit(1)
    click.echo("Nothing is wrong." if counts["warning"] else "All is well.")


def _findings(settings: dict[str, Any]) -> Iterator[Finding]:
    yield from check_settings(settings)
    yield from check_database()
    yield from check_standby(settings)
    yield from check_redis(settings)
    yield from check_disk(settings)
    yield from check_files(settings)
    yield from check_network(settings)
    yield from check_mail(settings)


def _show(findings: Iterable[Finding]) -> Iterator[str]:
    """Print each finding as soon as it is known. Yield its state."""
    for finding in findings:
        click.echo(f"{finding.state:<9} {finding.subject:<{WIDTH}} {finding.text}")
        if finding.fix:
            click.echo(f"{INDENT} {finding.fix}")
        yield finding.state


COMMANDS = (doctor,)
