"""Tests of backups: back up, damage, restore, and everything is back."""

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import text

from campaign.cli import backup_files, backups
from campaign.db.last_backup import last_backup_at
from campaign.db.libpq_url import libpq_url
from campaign.db.usage_lock import share_database
from campaign.extensions import db
from campaign.process.clock import utcnow
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import change, columns_of_rows, row, sign

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("postgresql_programs")]


@pytest.mark.parametrize("name", ["copy.backup", "a copy of %41, ¿no? #1.backup"])
def test_data_damaged_after_a_backup_is_restored(run, signed, tmp_path, name):
    file = tmp_path / name
    before = columns_of_rows()
    done = run("backup", file)
    assert done.exit_code == 0, done.output
    assert str(file) in done.output
    change(signed[0], given_name="Somebody else", number=None, state="held")
    change(signed[1], comment="scribbled over")
    sign(make_petition("law", cause_id=row(signed[0]).cause_id))
    done = run("restore", "--yes", file)
    assert done.exit_code == 0
    assert str(file) in done.output.splitlines()[0]
    assert columns_of_rows() == before
    assert differences() == []
    db.session.rollback()


def test_only_the_owner_can_read_a_backup_and_no_other_file_is_left(run, signed, tmp_path):
    file = tmp_path / "copy"
    run("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_backup_leaves_its_time_and_a_failed_one_does_not(app, run, signed, tmp_path):
    app.config["VAR_DIR"], before = str(tmp_path), app.config["VAR_DIR"]
    try:
        assert run("backup", tmp_path / "missing" / "copy").exit_code == 1
        assert last_backup_at(tmp_path) is None
        assert run("backup", tmp_path / "copy").exit_code == 0
        assert utcnow() - last_backup_at(tmp_path) < timedelta(minutes=1)
    finally:
        app.config["VAR_DIR"] = before


def test_backup_can_be_read_where_nobody_can_write(run, signed, tmp_path):
    """Root can write anywhere, so this looks at what SQLite goes by: a database without a log."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("a dump of PostgreSQL needs nothing beside it")
    run("backup", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes()[18:20] == b"\x01\x01"


def test_second_backup_replaces_the_first(run, signed, tmp_path):
    file = tmp_path / "copy"
    run("backup", file)
    change(signed[1], comment="newer")
    assert run("backup", file).exit_code == 0
    change(signed[1], comment="newest")
    run("restore", "--yes", file)
    assert row(signed[1]).comment == "newer"


def test_idle_connection_of_another_process_does_not_prevent_a_restore(run, signed, tmp_path):
    file = tmp_path / "copy"
    run("backup", file)
    change(signed[1], comment="newer")
    with db.engine.connect() as idle:
        idle.execute(text("select 1 from signature"))
        idle.rollback()
        done = run("restore", "--yes", file)
    assert done.exit_code == 0, done.output
    assert row(signed[1]).comment != "newer"


def test_restore_is_refused_while_a_site_or_worker_runs(run, signed, tmp_path):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite has this lock")
    file = tmp_path / "copy"
    run("backup", file)
    change(signed[1], comment="kept")
    running = share_database(db.engine.url)
    done = run("restore", "--yes", file)
    running.close()
    assert done.exit_code == 1 and done.output.startswith("Error: ")
    assert row(signed[1]).comment == "kept"
    assert run("restore", "--yes", file).exit_code == 0


def test_signing_continues_after_a_restore_with_new_numbers(run, signed, tmp_path):
    file = tmp_path / "copy"
    run("backup", file)
    run("restore", "--yes", file)
    petition = make_petition("law", cause_id=row(signed[0]).cause_id)
    assert sign(petition) not in signed


def test_restore_in_a_script_does_not_prompt(run, signed, tmp_path):
    file = tmp_path / "copy"
    run("backup", file)
    assert run("restore", file).exit_code == 0


def test_restore_at_a_terminal_asks_first_and_stops_at_no(run, signed, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "_is_interactive", lambda: True)
    file = tmp_path / "copy"
    run("backup", file)
    change(signed[1], comment="kept")
    done = run("restore", file, input="n\n")
    assert done.exit_code == 1
    assert row(signed[1]).comment == "kept"


@pytest.mark.parametrize(
    "content", [b"", b"not a database", b"SQLite format 3\x00" + b"\x07" * 5000]
)
def test_file_that_is_no_backup_is_refused_without_harm(run, signed, tmp_path, content):
    file = tmp_path / "junk"
    file.write_bytes(content)
    before = columns_of_rows()
    done = run("restore", "--yes", file)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert columns_of_rows() == before


def test_database_of_another_program_is_refused(run, signed, tmp_path):
    file = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(file)) as other:
        other.execute("create table bookmark (url)")
    before = columns_of_rows()
    assert run("restore", "--yes", file).exit_code == 1
    assert columns_of_rows() == before


def test_truncated_backup_is_refused_without_harm(run, signed, tmp_path):
    file = tmp_path / "copy"
    run("backup", file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    before = columns_of_rows()
    assert run("restore", "--yes", file).exit_code == 1
    assert columns_of_rows() == before


def test_missing_folder_is_reported_clearly(run, tmp_path):
    done = run("backup", tmp_path / "nowhere" / "copy")
    assert done.exit_code == 1
    assert str(tmp_path / "nowhere") in done.output


def test_restoring_from_a_missing_file_is_refused(run, tmp_path):
    assert run("restore", "--yes", tmp_path / "nothing").exit_code == 2


def test_backup_without_postgresql_programs_fails_and_leaves_nothing(run, tmp_path, monkeypatch):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite needs no program")
    monkeypatch.setattr(backup_files.shutil, "which", lambda _: None)
    done = run("backup", tmp_path / "copy")
    assert done.exit_code == 1 and "pg_dump" in done.output
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "copy").touch()
    assert "pg_restore" in run("restore", "--yes", tmp_path / "copy").output


def test_password_is_in_no_process_list(app, monkeypatch):
    seen = []
    monkeypatch.setattr(
        backup_files.subprocess, "Popen", lambda command, **options: seen.append((command, options))
    )
    url = db.engine.url.set(
        drivername="postgresql+psycopg", username="volante", password="hush", host="db.example"
    )
    backup_files._start_process(["pg_dump", libpq_url(url)], url)
    [(command, options)] = seen
    assert "hush" not in " ".join(command)
    assert "volante@db.example" in " ".join(command)
    assert options["env"]["PGPASSWORD"] == "hush"


def test_data_of_a_newer_version_is_gone_after_a_downgrade(run, signed, tmp_path):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("a file is replaced as a whole")
    file = tmp_path / "copy"
    run("backup", file)
    newer = (
        "create table thanks (signature_id bigint references signature (id))",
        "create function thank() returns integer language sql as 'select 1'",
        "alter table signature add column thanked boolean",
    )
    with db.engine.begin() as upgrade:
        for statement in newer:
            upgrade.execute(text(statement))
    done = run("restore", "--yes", file)
    assert done.exit_code == 0, done.output
    with db.engine.begin() as upgrade:
        for statement in newer:
            upgrade.execute(text(statement))
        for statement in (
            "drop table thanks",
            "drop function thank",
            "alter table signature drop column thanked",
        ):
            upgrade.execute(text(statement))
    db.session.rollback()


def test_refused_restore_leaves_everything_as_it_was(run, signed, tmp_path, monkeypatch):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite refuses nothing of a sound file")
    file = tmp_path / "copy"
    run("backup", file)
    before = columns_of_rows()
    db.session.rollback()
    # Patch only the command's own programs, because our connections outlast the test.
    with monkeypatch.context() as patched:
        patched.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
        done = run("restore", "--yes", file)
    assert (done.exit_code, "read-only transaction" in done.output) == (1, True)
    assert columns_of_rows() == before
