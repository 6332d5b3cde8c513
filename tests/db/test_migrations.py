"""Tests of the migrations."""

import sqlite3
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from flask_migrate import check, upgrade

from campaign.db.write_lock import FairFileLock
from campaign.extensions import db
from tests import databases
from tests.conftest import make_app

pytestmark = pytest.mark.both_databases

# An update of an empty database takes less.
WAIT_SECONDS = 3


@pytest.mark.parametrize("kind", databases.KINDS)
def test_migrated_database_has_the_tables_of_the_models(kind, tmp_path):
    app = make_app(databases.fresh(kind), tmp_path)
    with app.app_context():
        upgrade()
        with warnings.catch_warnings():
            # An index on an expression cannot be compared on SQLite, and both libraries say so.
            warnings.filterwarnings("ignore", ".*expression-based index")
            check()
        db.engine.dispose()


def test_migration_queues_with_the_writers_of_a_busy_site(tmp_path):
    """SQLite's own lock is not fair: a site that writes all the time would keep an update out."""
    path = tmp_path / "volante.sqlite3"
    app = make_app(f"sqlite:///{path}", tmp_path)

    def migrate():
        with app.app_context():
            upgrade()
            db.engine.dispose()

    with ThreadPoolExecutor(1) as pool:
        with FairFileLock(str(path)).acquire():
            migrating = pool.submit(migrate)
            with pytest.raises(TimeoutError):
                migrating.result(WAIT_SECONDS)
        migrating.result()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("select count(*) from signature").fetchone() == (0,)


def test_migration_waits_its_turn_without_blocking_others(tmp_path, monkeypatch, capsys):
    url = databases.fresh("postgresql")
    app, pauses = make_app(url, tmp_path), []
    with psycopg.connect(url, autocommit=True) as setup:
        setup.execute("create table alembic_version (version_num varchar(32) primary key)")
    with psycopg.connect(url) as other:
        other.execute("lock table alembic_version")

        def pause(seconds):
            pauses.append(seconds)
            other.rollback()

        monkeypatch.setattr(time, "sleep", pause)
        with app.app_context():
            upgrade()
            assert db.session.scalar(db.text("select count(*) from signature")) == 0
            db.session.remove()
            db.engine.dispose()
    assert len(pauses) == 1
    assert capsys.readouterr().err
