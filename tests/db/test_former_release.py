"""Tests that this version takes over the database of the former release while that is in use.

During an upgrade both run on one database, and afterwards someone may want to go back.
"""

import io
import os
import shutil
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
# It uses only addresses and form fields that never change. It prints a line after each visit. With
# an argument, it goes on until it has made a whole visit since there is a file of that name.
VISIT = """
import sys
from itertools import count
from pathlib import Path
from campaign import create_app
app = create_app({"EDGE": False})
client = app.test_client()
for number in count():
    is_last = not sys.argv[1:] or Path(sys.argv[1]).exists()
    for path in ("/en/", "/en/petitions/find-the-43", "/es/causes/butterflies-for-mexico",
                 "/causes/butterflies-for-mexico/pulse.json", "/en/events/", "/en/search?q=butterflies"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status)
    form = {"given_name": "Amalia", "family_name": f"Rosales {number}", "email": f"amalia-{number}@rosales.example",
            "country": "CA", "postal_code": "M5V 2T6", "name_display": "full", "comment": "For the river."}
    answer = client.post("/en/petitions/find-the-43/signatures", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    print(number, flush=True)
    if is_last:
        break
"""
# What a release adds to the schema of the former one, in tables that signing reads and writes. Its
# code reads the addition with every cause and every signature.
ADDITION = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{newest}"
def upgrade():
    for table in ("cause", "signature"):
        op.add_column(table, sa.Column("addition", sa.Text(), nullable=False, server_default="added"))
    op.create_index("ix_signature_addition", "signature", ["petition_id", "addition"])
"""
ADDED_COLUMN = """
from sqlalchemy import Text as _Text
{model}.addition = mapped_column(_Text, server_default="added")
"""
READY = """
from campaign import create_app
client = create_app({"EDGE": False}).test_client()
answers = [client.get(path).status_code for path in ("/healthz", "/readyz", "/en/causes/butterflies-for-mexico")]
print(*answers)
"""
# One process for several commands, because loading the code takes longer than most of them.
COMMANDS = """
import sys
from campaign import create_app
runner = create_app().test_cli_runner()
for command in sys.argv[1:]:
    done = runner.invoke(args=command.split())
    assert done.exit_code == 0, (command, done.output, done.exception)
"""
USE = (
    "signatures generate find-the-43 200",
    "signatures export find-the-43",
    "search rebuild",
    "signatures audit",
)


def former_release():
    """Return the tag of the release before this commit, or None."""
    done = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or None


def code_of(commit, folder):
    """Write the files of a commit to a folder. Return it."""
    archive = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def last_commit(tmp_path_factory):
    """The code of the last commit, compiled."""
    code = code_of("HEAD", tmp_path_factory.mktemp("last"))
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "campaign"],
        cwd=code,
        check=True,
        timeout=SECONDS,
    )
    return code


@pytest.fixture(scope="module")
def next_release(last_commit, tmp_path_factory):
    """The code of the last commit, and a migration that adds to its schema."""
    code = shutil.copytree(last_commit, tmp_path_factory.mktemp("next") / "code")
    versions = code / "migrations" / "versions"
    newest = max(versions.glob("[0-9]*.py")).name.partition("_")[0]
    (versions / "9999_addition.py").write_text(ADDITION.format(newest=newest))
    for package, model in (("causes", "Cause"), ("signatures", "Signature")):
        with (code / "campaign" / package / "models.py").open("a") as file:
            file.write(ADDED_COLUMN.format(model=model))
    return code


def run_in(code, environment, *command):
    done = subprocess.run(
        [sys.executable, *command], cwd=code, env=environment, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def new_site(code, kind, var):
    """Fill a new database with this code. Return the environment of its site."""
    environment = {
        **os.environ,
        "DATABASE_URL": databases.fresh(kind),
        "VAR_DIR": str(var),
        "SECRET_KEY": SECRET,
    }
    run_in(code, environment, "-c", COMMANDS, "db upgrade", "demo load")
    return environment


def take_over(old, new, environment, tmp_path):
    """Migrate the database with the new code while the old code signs, then use both."""
    done = tmp_path / "done"
    visitors = subprocess.Popen(
        [sys.executable, "-c", VISIT, str(done)],
        cwd=old, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        # They have signed before the migration, go on during it, and sign again after it.
        visitors.stdout.readline()
        run_in(new, environment, "-m", "flask", "db", "upgrade")
        run_in(new, environment, "-c", VISIT)
        done.touch()
        _, error = visitors.communicate(timeout=SECONDS)
    finally:
        visitors.kill()
    assert visitors.returncode == 0, error
    run_in(old, environment, "-c", COMMANDS, *USE)
    # What the former release has written is right for this version too.
    run_in(new, environment, "-m", "flask", "signatures", "audit")


@pytest.mark.parametrize("kind", databases.KINDS)
def test_this_version_takes_over_from_the_former_release(kind, tmp_path):
    release = former_release()
    if release is None:
        pytest.skip("no release is tagged yet")
    old = code_of(release, tmp_path / "code")
    take_over(old, ROOT, new_site(old, kind, tmp_path / "var"), tmp_path)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", databases.KINDS)
def test_schema_grows_while_the_code_before_it_signs(kind, last_commit, next_release, tmp_path):
    environment = new_site(last_commit, kind, tmp_path / "var")
    # A load balancer sends nobody to a process that is not ready, and does not restart it.
    healthy, ready, _ = run_in(next_release, environment, "-c", READY).split()
    assert (healthy, ready) == ("200", "503")
    take_over(last_commit, next_release, environment, tmp_path)
    assert run_in(next_release, environment, "-c", READY).split() == ["200"] * 3
