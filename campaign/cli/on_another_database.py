"""Run a `flask` command on another database than that of the settings."""

import os
import subprocess
import sys

import click
from flask import current_app
from sqlalchemy.engine import URL


def run_on(url: URL, *command: str) -> None:
    """Run a command, and show what it prints. Raises ClickException if it fails."""
    environ = {
        # The setting's own file would contradict the URL.
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL_FILE"},
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "VAR_DIR": str(current_app.config["VAR_DIR"]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", *command], env=environ, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raise click.ClickException(
            f"flask {' '.join(command)} failed on the new database: {(done.stderr + done.stdout).strip()}"
        )
    if done.stdout:
        click.echo(done.stdout.rstrip())
