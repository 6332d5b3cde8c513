"""Share what tests of backups need: PostgreSQL's programs, and two signatures."""

import pytest

from campaign.db.ended_log import EndedLog
from campaign.extensions import db
from tests import databases
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, sign, sign_and_hatch


@pytest.fixture
def postgresql_programs(monkeypatch):
    """PostgreSQL's own programs, in the version of the tests' server."""
    monkeypatch.setenv("PATH", databases.search_path())


@pytest.fixture
def signed(app):
    """The ids of a counted and of a pending signature."""
    petition = make_petition()
    return sign_and_hatch(petition, AMALIA, comment="For my brother"), sign(petition, ODILE)


@pytest.fixture
def ended(app, tmp_path, monkeypatch):
    """The list of ended things of this test alone."""
    path = tmp_path / "var" / "ended.jsonl"
    path.parent.mkdir()
    monkeypatch.setitem(app.extensions, "ended_log", EndedLog(path))
    monkeypatch.setitem(app.config, "VAR_DIR", str(path.parent))
    return path


@pytest.fixture
def restored(run, tmp_path):
    """Back up at once and return a function that restores it and returns the command's output."""
    file = tmp_path / "copy"

    def back_up():
        assert run("backup", file).exit_code == 0

    def restore(*options):
        done = run("restore", "--yes", file, *options)
        assert done.exit_code == 0, done.output
        db.session.rollback()
        db.session.expire_all()
        return done.output

    restore.back_up = back_up
    return restore
