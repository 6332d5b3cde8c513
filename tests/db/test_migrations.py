"""Tests of the migrations."""

import time
import warnings

import psycopg
import pytest
from flask_migrate import check, upgrade

from campaign.extensions import db
from tests import databases
from tests.conftest import make_app

pytestmark = pytest.mark.both_databases


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
