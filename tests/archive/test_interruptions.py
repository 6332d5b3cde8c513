"""Tests of exports and imports of an organization that are killed, or run out of disk space."""

import os

import pytest
from sqlalchemy import func, select

from campaign.archive.ownership import is_not_seeded
from campaign.archive.tables import exported_tables
from campaign.extensions import db
from tests import preloaded
from tests.archive.test_round_trip import export, fill, run_in, slug_of_host
from tests.databases import KINDS

pytestmark = pytest.mark.slow

# Run a command in a separate process. When it calls the function `moment`, do what `action` says.
SCRIPT = """
import os, resource, signal, sys
from importlib import import_module
from campaign import create_app

url, var, secret, moment, action, *arguments = sys.argv[1:]
module, _, name = moment.rpartition(".")
module = import_module(module)
original = getattr(module, name)

def interrupt(*given, **named):
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(action), resource.RLIM_INFINITY))
    return original(*given, **named)

setattr(module, name, interrupt)
app = create_app({"SQLALCHEMY_DATABASE_URI": url, "VAR_DIR": var, "SECRET_KEY": secret})
with app.app_context():
    result = app.test_cli_runner().invoke(args=arguments)
print(result.output)
sys.exit(result.exit_code)
"""
SETTINGS = ("SQLALCHEMY_DATABASE_URI", "VAR_DIR", "SECRET_KEY")
READ = "campaign.archive.writing._count_left_out"
ALL_WRITTEN = "campaign.archive.importing._check"
BEGUN = "campaign.archive.importing._refuse_data"


def interrupted(app, moment, action, *arguments):
    settings = [str(app.config[name]) for name in SETTINGS]
    return preloaded.run("-c", SCRIPT, *settings, moment, action, *arguments, env=os.environ)


def is_empty(app):
    with app.app_context():
        rows = [
            db.session.scalar(
                select(func.count()).select_from(table).where(is_not_seeded(table.name))
            )
            for table in exported_tables()
        ]
        db.session.remove()
    return not any(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_import_writes_nothing_and_can_be_repeated(
    app, client, installation, tmp_path, kind
):
    fill(client)
    path = export(app, tmp_path / "a.zip", slug_of_host())
    other = installation(kind)
    killed = interrupted(other, ALL_WRITTEN, "kill", "organisations", "import", path)
    assert killed.returncode == -9
    assert is_empty(other)
    assert run_in(other, "organisations", "import", path).exit_code == 0
    again = run_in(other, "organisations", "import", path)
    assert again.exit_code == 1
    assert again.output.startswith("Error: ")
    assert run_in(other, "signatures", "audit").exit_code == 0


def test_killed_export_leaves_no_archive(app, client, installation, tmp_path):
    fill(client)
    slug, path = slug_of_host(), tmp_path / "b.zip"
    other = installation("sqlite")
    run_in(other, "organisations", "import", export(app, tmp_path / "a.zip", slug))
    killed = interrupted(other, READ, "kill", "organisations", "export", slug, "--output", path)
    assert (killed.returncode, path.exists()) == (-9, False)
    export(other, path, slug)
    assert sorted(each.name for each in tmp_path.glob("b.zip*")) == ["b.zip"]


@pytest.mark.one_database
def test_full_disk_during_an_export_keeps_the_former_archive(app, client, installation, tmp_path):
    fill(client)
    slug, path = slug_of_host(), tmp_path / "b.zip"
    other = installation("sqlite")
    run_in(other, "organisations", "import", export(app, tmp_path / "a.zip", slug))
    before = export(other, path, slug).read_bytes()
    full = interrupted(other, READ, "1000", "organisations", "export", slug, "--output", path)
    assert full.returncode == 1
    assert full.stdout.startswith("Error: ")
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.glob("b.zip*")] == ["b.zip"]


@pytest.mark.one_database
def test_full_disk_during_an_import_writes_nothing(app, client, installation, tmp_path):
    fill(client)
    path = export(app, tmp_path / "a.zip", slug_of_host())
    other = installation("sqlite")
    full = interrupted(other, BEGUN, "8192", "organisations", "import", path)
    assert full.returncode == 1
    assert full.stdout.startswith("Error: ")
    assert "Nothing was imported." in full.stdout
    assert is_empty(other)
    assert run_in(other, "organisations", "import", path).exit_code == 0
