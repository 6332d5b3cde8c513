"""Tests of the shell scripts, without installing anything."""

import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPTS = ("install.sh", "make-secrets.sh", "release.sh", "upgrade.sh", "volante.sh")


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_has_no_mistake_that_a_linter_finds(name):
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    # At this level, it finds what may go wrong, and not matters of taste.
    done = subprocess.run(
        ["shellcheck", "--severity=warning", str(DEPLOY / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_installer_explains_its_answers():
    done = subprocess.run(
        [DEPLOY / "install.sh", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    for name in ("SITE_ADDRESS", "MAIL_FROM", "MAIL_URL", "ADMIN_EMAIL", "DATABASE"):
        assert f"{name}=" in done.stdout


@pytest.mark.parametrize("arguments", [["--answer"], ["--answers"], ["--answers", "/no/such/file"]])
def test_installer_stops_before_it_changes_anything(arguments):
    done = subprocess.run(
        [DEPLOY / "install.sh", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
