"""Tests that this version takes over the database of the former release while that is in use.

During an upgrade both run on one database, and afterwards someone may want to go back.
"""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests import databases

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]
ROOT = Path(__file__).parents[2]
SECRET = "a-secret-for-tests-only-0123456789abcdef"
SECONDS = 300
# It uses only addresses and form fields that never change. With an argument, it goes on until there
# is a file of that name.
VISIT = """
import sys
from itertools import count
from pathlib import Path
from campaign import create_app
app = create_app({"EDGE": False})
client = app.test_client()
for number in count():
    for path in ("/en/", "/en/petitions/find-the-43", "/es/causes/butterflies-for-mexico",
                 "/causes/butterflies-for-mexico/pulse.json", "/en/events/", "/en/search?q=butterflies"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status)
    form = {"given_name": "Amalia", "family_name": f"Rosales {number}", "email": f"amalia-{number}@rosales.example",
            "country": "CA", "postal_code": "M5V 2T6", "name_display": "full", "comment": "For the river."}
    answer = client.post("/en/petitions/find-the-43/signatures", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    if not sys.argv[1:] or Path(sys.argv[1]).exists():
        break
"""
# What this release adds to the schema of the former one.
ADDITION = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{newest}"
def upgrade():
    op.add_column("cause", sa.Column("addition", sa.Text(), nullable=False, server_default="added"))
"""
# The code of this release reads the addition with every cause.
READY = """
from campaign import create_app
from campaign.causes.models import Cause
from sqlalchemy import Text
from sqlalchemy.orm import mapped_column
Cause.addition = mapped_column(Text)
client = create_app({"EDGE": False}).test_client()
answers = [client.get(path).status_code for path in ("/healthz", "/readyz", "/en/causes/butterflies-for-mexico")]
print(*answers)
"""
COMMANDS = (
    ("signatures", "generate", "find-the-43", "200"),
    ("signatures", "export", "find-the-43"),
    ("search", "rebuild"),
    ("signatures", "audit"),
)


def former_release():
    """Return the tag of the release before this commit, or None."""
    done = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or None


def code_of(commit, folder):
    """Write the files of a commit to a folder; return it."""
    archive = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def run_in(code, environment, *command):
    done = subprocess.run(
        [sys.executable, *command], cwd=code, env=environment, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_takeover(commit, kind, tmp_path):
    """Fill a database with the code of a commit, migrate it under load, and use it with both."""
    code, var, done = code_of(commit, tmp_path / "code"), tmp_path / "var", tmp_path / "done"
    environment = {
        **os.environ,
        "DATABASE_URL": databases.fresh(kind),
        "VAR_DIR": str(var),
        "SECRET_KEY": SECRET,
    }
    run_in(code, environment, "-m", "flask", "db", "upgrade")
    run_in(code, environment, "-m", "flask", "demo", "load")
    visitors = subprocess.Popen(
        [sys.executable, "-c", VISIT, str(done)],
        cwd=code, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        run_in(ROOT, environment, "-m", "flask", "db", "upgrade")
        run_in(ROOT, environment, "-c", VISIT)
        done.touch()
        _, error = visitors.communicate(timeout=SECONDS)
    finally:
        visitors.kill()
    assert visitors.returncode == 0, error
    for command in COMMANDS:
        run_in(code, environment, "-m", "flask", *command)
    # What the former release has written is right for this version too.
    run_in(ROOT, environment, "-m", "flask", "signatures", "audit")


@pytest.mark.parametrize("kind", databases.KINDS)
def test_this_version_takes_over_from_the_former_release(kind, tmp_path):
    release = former_release()
    if release is None:
        pytest.skip("no release is tagged yet")
    check_takeover(release, kind, tmp_path)


def test_check_of_a_release_passes_for_the_last_commit(tmp_path):
    check_takeover("HEAD", "sqlite", tmp_path)


@pytest.mark.parametrize("kind", databases.KINDS)
def test_new_code_is_not_ready_before_the_schema_is(kind, tmp_path):
    new = code_of("HEAD", tmp_path / "code")
    environment = {
        **os.environ,
        "DATABASE_URL": databases.fresh(kind),
        "VAR_DIR": str(tmp_path / "var"),
        "SECRET_KEY": SECRET,
    }
    run_in(new, environment, "-m", "flask", "db", "upgrade")
    run_in(new, environment, "-m", "flask", "demo", "load")
    versions = new / "migrations" / "versions"
    newest = max(versions.glob("[0-9]*.py")).name.partition("_")[0]
    (versions / "9999_addition.py").write_text(ADDITION.format(newest=newest))
    # A load balancer sends nobody to a process that is not ready, and does not restart it.
    healthy, ready, _ = run_in(new, environment, "-c", READY).split()
    assert (healthy, ready) == ("200", "503")
    run_in(new, environment, "-m", "flask", "db", "upgrade")
    assert run_in(new, environment, "-c", READY).split() == ["200"] * 3
