"""Tests of moving everything from SQLite to PostgreSQL."""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from campaign.cli import database_copy
from campaign.cli.database_copy import NOT_COPIED
from campaign.db.copying.target import CopyTarget
from campaign.db.usage_lock import share_database
from campaign.demo.operations import load_demonstration
from campaign.extensions import db, write
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.subscriptions.operations import suppress
from tests import databases
from tests.conftest import load_few_signers, make_app
from tests.factories.signatures import AMALIA, sign_and_hatch
from tests.faults.running_site import ROOT

HARD_TEXT = "tab\t newline\n backslash \\N \\x41 quote ' \u2028 🦋 \x1f end"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """The path of an SQLite file with the demonstration and values that are hard to copy."""
    folder = tmp_path_factory.mktemp("template")
    app = make_app(f"sqlite:///{folder / 'source.sqlite3'}", folder)
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        upgrade()
        load_few_signers(patch)
        load_demonstration()
        petition = db.session.scalars(select(Petition).limit(1)).one()
        sign_and_hatch(petition, AMALIA, comment=HARD_TEXT)
        write(suppress, email_digest=bytes(range(32)), reason="request", now=utcnow())
        # The highest id has been given before, and must never be given again.
        write(_give_and_delete_id)
        db.session.remove()
        db.engine.dispose()
    return folder / "source.sqlite3"


@pytest.fixture
def source(template, tmp_path):
    """An application on a copy of that file."""
    shutil.copy(template, tmp_path / "source.sqlite3")
    (tmp_path / "var").mkdir()
    return make_app(f"sqlite:///{tmp_path / 'source.sqlite3'}", tmp_path / "var")


def _give_and_delete_id():
    db.session.execute(db.text("update sqlite_sequence set seq = 9000 where name = 'signature'"))


@pytest.fixture
def target():
    return databases.fresh("postgresql")


def copy(app, target):
    """Run the command in this process and return its result."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=["db", "copy", "--to", target])


def rows_of(url):
    """Return all copied rows of a database by table, as Python values."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    tables = [table for table in db.metadata.sorted_tables if table.name not in NOT_COPIED]
    try:
        with engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table)).all()))
                for table in tables
            }
    finally:
        engine.dispose()


def sqlite_url(app):
    return app.config["SQLALCHEMY_DATABASE_URI"]


def scalar(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


@pytest.mark.slow
def test_all_rows_arrive_and_ids_go_on(source, target):
    result = copy(source, target)
    assert result.exit_code == 0, result.output
    copied = rows_of(target)
    assert copied == rows_of(sqlite_url(source))
    assert sum(map(len, copied.values())) > 150
    assert scalar(target, "select count(*) from search_document") > 0
    assert scalar(target, "select nextval(pg_get_serial_sequence('signature', 'id'))") == 9001
    assert scalar(target, "select to_regclass('database_copy')") is None
    again = copy(source, target)
    assert again.exit_code == 1
    assert "not empty" in again.output


@pytest.mark.slow
def test_interrupted_copy_goes_on_where_it_was(source, target, monkeypatch):
    monkeypatch.setattr(database_copy, "BATCH_SIZE", 5)
    add, calls = CopyTarget.add, []

    def fail_in_the_middle(self, table, rows, *, position):
        if len(calls) == 20:
            raise psycopg.OperationalError("connection lost")
        calls.append(table.name)
        add(self, table, rows, position=position)

    with monkeypatch.context() as patch:
        patch.setattr(CopyTarget, "add", fail_in_the_middle)
        interrupted = copy(source, target)
    assert interrupted.exit_code == 1
    assert "connection lost" in interrupted.output
    repeated = []

    def count(self, table, rows, *, position):
        repeated.append(table.name)
        add(self, table, rows, position=position)

    monkeypatch.setattr(CopyTarget, "add", count)
    assert copy(source, target).exit_code == 0
    assert calls[0] not in repeated
    assert rows_of(target) == rows_of(sqlite_url(source))


@pytest.mark.slow
def test_copy_starts_over_if_the_source_changed(source, target, monkeypatch):
    def fail(self):
        raise psycopg.OperationalError("connection lost")

    with monkeypatch.context() as patch:
        patch.setattr(CopyTarget, "analyze", fail)
        assert copy(source, target).exit_code == 1
    with source.app_context():
        signature = db.session.scalars(
            select(Signature).where(Signature.comment == HARD_TEXT)
        ).one()
        write(_rename, signature.id)
        db.session.remove()
    assert copy(source, target).exit_code == 0
    assert rows_of(target) == rows_of(sqlite_url(source))


def _rename(signature_id):
    db.session.get(Signature, signature_id).given_name = "Amalia Inés"


@pytest.mark.slow
def test_target_with_foreign_tables_or_rows_is_refused(source, target):
    with psycopg.connect(target) as connection:
        connection.execute("create table bicycles (id int)")
    result = copy(source, target)
    assert result.exit_code == 1
    assert "bicycles" in result.output
    assert scalar(target, "select to_regclass('signature')") is None


def test_copy_of_another_source_is_refused(source, target):
    with psycopg.connect(target) as connection:
        connection.execute("create table database_copy (name text primary key, value text)")
        connection.execute(
            'insert into database_copy values (\'start\', \'{"source": "/elsewhere", "state": ""}\')'
        )
    result = copy(source, target)
    assert result.exit_code == 1
    assert "/elsewhere" in result.output


@pytest.mark.parametrize(
    "url",
    ["sqlite:////tmp/other.sqlite3", "postgresql://user:hush@127.0.0.1:1/none", "mysql://x/y"],
)
def test_unusable_target_is_explained_without_its_password(source, url):
    result = copy(source, url)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "hush" not in result.output


def test_copy_refuses_while_a_site_runs(source, target):
    with source.app_context():
        running = share_database(db.engine.url)
    result = copy(source, target)
    running.close()
    assert result.exit_code == 1
    assert scalar(target, "select count(*) from pg_tables where schemaname = 'public'") == 0


def test_site_and_worker_refuse_while_a_copy_runs(source, tmp_path):
    path = Path(f"{tmp_path / 'source.sqlite3'}.in-use")
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in ("worker", "serve"):
            with source.app_context():
                result = source.test_cli_runner().invoke(args=[command])
            assert result.exit_code == 1
            assert "being copied" in result.output


def test_nobody_writes_to_the_source_during_the_copy(source, target, monkeypatch):
    tried = []

    def try_to_write(*_):
        with (
            closing(sqlite3.connect(source_path(source), timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("delete from search_change")
        tried.append(True)
        raise psycopg.OperationalError("enough")

    monkeypatch.setattr(database_copy, "_prepare", try_to_write)
    assert copy(source, target).exit_code == 1
    assert tried


def source_path(app):
    return sqlite_url(app).removeprefix("sqlite:///")


def test_worker_refuses_an_unfinished_copy(target, tmp_path):
    with psycopg.connect(target) as connection:
        connection.execute("create table database_copy (name text)")
    app = make_app(target, tmp_path)
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["worker"])
        db.engine.dispose()
    assert result.exit_code == 1
    assert "unfinished copy" in result.output


@pytest.mark.slow
def test_killed_copy_is_completed(tmp_path, source, target):
    with source.app_context():
        assert (
            source.test_cli_runner()
            .invoke(args=["signatures", "generate", "find-the-43", "30000"])
            .exit_code
            == 0
        )
        db.session.remove()
        db.engine.dispose()
    environ = {**os.environ, "DATABASE_URL": sqlite_url(source), "VAR_DIR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "flask", "db", "copy", "--to", target]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 120
        while not _signatures(target) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    copied = _signatures(target)
    assert 0 < copied < 30_000
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert _signatures(target) > 30_000
    assert rows_of(target) == rows_of(sqlite_url(source))


def _signatures(url):
    try:
        return scalar(url, "select count(*) from signature")
    except (psycopg.errors.UndefinedTable, OperationalError):
        return 0
