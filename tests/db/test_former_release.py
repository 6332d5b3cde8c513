"""Tests that the code of the former release still works on the schema of this version.

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
# It uses only addresses and form fields that never change.
VISIT = """
from campaign import create_app
app = create_app({"EDGE": False})
client = app.test_client()
for path in ("/en/", "/en/petitions/find-the-43", "/es/causes/butterflies-for-mexico",
             "/causes/butterflies-for-mexico/pulse.json", "/en/events/", "/en/search?q=butterflies"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)
for number in range(20):
    form = {"given_name": "Amalia", "family_name": f"Rosales {number}", "email": f"amalia-{number}@rosales.example",
            "country": "CA", "postal_code": "M5V 2T6", "name_display": "full", "comment": "For the river."}
    answer = client.post("/en/petitions/find-the-43/signatures", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
"""
COMMANDS = (
    ("signatures", "generate", "find-the-43", "200"),
    ("signatures", "export", "find-the-43"),
    ("search", "rebuild"),
    ("signatures", "audit"),
)


def newest_release():
    """Return the newest tag of a release, or None."""
    done = subprocess.run(
        ["git", "tag", "--list", "v*", "--sort=-v:refname"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return next(iter(done.stdout.split()), None)


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


def check_on_this_schema(commit, kind, tmp_path):
    """Migrate a database with this version, then use it with the code of a commit."""
    code, var = code_of(commit, tmp_path / "code"), tmp_path / "var"
    environment = {
        **os.environ,
        "DATABASE_URL": databases.fresh(kind),
        "VAR_DIR": str(var),
        "SECRET_KEY": SECRET,
    }
    run_in(ROOT, environment, "-m", "flask", "db", "upgrade")
    run_in(code, environment, "-m", "flask", "demo", "load")
    run_in(code, environment, "-c", VISIT)
    for command in COMMANDS:
        run_in(code, environment, "-m", "flask", *command)
    # What the former release has written is right for this version too.
    run_in(ROOT, environment, "-m", "flask", "signatures", "audit")


@pytest.mark.parametrize("kind", databases.KINDS)
def test_former_release_runs_on_this_schema(kind, tmp_path):
    release = newest_release()
    if release is None:
        pytest.skip("no release is tagged yet")
    check_on_this_schema(release, kind, tmp_path)


def test_check_of_a_release_passes_for_the_last_commit(tmp_path):
    check_on_this_schema("HEAD", "sqlite", tmp_path)
