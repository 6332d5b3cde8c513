"""Tests of encrypted backups, and of trying a backup without touching the database."""

import io
import resource
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from pyrage import decrypt, x25519
from sqlalchemy import make_url, text

from campaign.cli import age_files, backup_files, backup_space
from campaign.cli.backup_files import BackupFile
from campaign.cli.backup_space import backup_bytes
from campaign.db.last_backup import last_backup_at, last_restore_check_at
from campaign.extensions import db
from campaign.health.disk_checks import MIN_FREE_BYTES
from campaign.process.clock import utcnow
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, change, columns_of_rows, row, rows, sign

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("postgresql_programs")]
HEADERS = (b"SQLite format 3", b"PGDMP")


@pytest.fixture(autouse=True)
def own_folder(app, monkeypatch, tmp_path):
    """A data folder of this test alone."""
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()


@pytest.fixture
def new_key(tmp_path):
    """Return a function that makes a key: its public part, and the file of its secret part."""

    def new_key(name="key.txt"):
        identity, file = x25519.Identity.generate(), tmp_path / name
        file.write_text(f"# created: 2026-11-28\n# public key: …\n{identity}\n")
        return str(identity.to_public()), file

    return new_key


def test_each_recipient_restores_what_was_damaged(run, signed, tmp_path, new_key):
    (first, _), (second, second_file) = new_key("first.txt"), new_key("second.txt")
    file, before = tmp_path / "copy.age", columns_of_rows()
    done = run("backup", file, "--to", first, "--to", second)
    assert done.exit_code == 0, done.output
    change(signed[0], given_name="Somebody else", number=None, state="held")
    done = run("restore", "--yes", file, "--identity", second_file)
    assert done.exit_code == 0, done.output
    assert columns_of_rows() == before and differences() == []
    db.session.rollback()


def test_nothing_can_be_read_in_the_file_or_beside_it(run, signed, tmp_path, new_key):
    public, key_file = new_key()
    file = tmp_path / "copy"
    assert run("backup", file, "--to", public).exit_code == 0
    content = file.read_bytes()
    for part in (b"Amalia", AMALIA["email"].encode(), *HEADERS):
        assert part not in content
    assert file.stat().st_mode & 0o077 == 0
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"copy", "key.txt", "last_backup"}
    identity = age_files.identities_in(key_file)
    assert decrypt(content, identity).startswith(HEADERS)


def test_restore_leaves_no_plain_copy(run, signed, tmp_path, new_key):
    public, key_file = new_key()
    file = tmp_path / "copy"
    run("backup", file, "--to", public)
    assert run("restore", "--yes", file, "--identity", key_file).exit_code == 0
    assert [path for path in (tmp_path / "var").rglob("*") if "restore-" in path.name] == []


def test_signatures_during_a_backup_do_not_damage_it(run, signed, tmp_path, new_key, monkeypatch):
    public, key_file = new_key()
    petition, original = make_petition("law", cause_id=row(signed[0]).cause_id), age_files.encrypt
    numbers = iter(range(1000))

    class Slow(io.RawIOBase):
        """Signs someone each time when a part of the database is read."""

        def __init__(self, source):
            self._source = source

        def readable(self):
            return True

        def readinto(self, buffer):
            if (number := next(numbers)) % 25 == 0:
                sign(petition, ODILE, email=f"odile{number}@kwan.example")
            data = self._source.read(len(buffer))
            buffer[: len(data)] = data
            return len(data)

    monkeypatch.setattr(
        backup_files, "encrypt", lambda source, *rest: original(Slow(source), *rest)
    )
    before = len(rows())
    file = tmp_path / "copy"
    assert run("backup", file, "--to", public).exit_code == 0
    after = len(rows())
    assert run("restore", "--yes", file, "--identity", key_file).exit_code == 0
    # pg_dump may begin later than its output is read.
    assert before <= len(rows()) < after and differences() == []
    db.session.rollback()


@pytest.mark.parametrize("recipient", ["age1nonsense", "", "AGE-SECRET-KEY-1QQQ"])
def test_recipient_that_is_none_stops_before_anything(run, tmp_path, recipient):
    done = run("backup", tmp_path / "copy", "--to", recipient)
    assert done.exit_code == 1 and "--to" in done.output
    assert not (tmp_path / "copy").exists()


def cut(content):
    return content[: len(content) // 2]


def flip(content):
    place = len(content) * 2 // 3
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def shorten(content):
    return content[:-1]


@pytest.mark.parametrize("harm", [cut, flip, shorten])
def test_damaged_backup_changes_nothing(run, signed, tmp_path, new_key, harm):
    public, key_file = new_key()
    file = tmp_path / "copy"
    run("backup", file, "--to", public)
    file.write_bytes(harm(file.read_bytes()))
    change(signed[1], comment="newer")
    before = columns_of_rows()
    done = run("restore", "--yes", file, "--identity", key_file)
    assert (done.exit_code, str(file) in done.output) == (1, True), done.output
    assert columns_of_rows() == before


def test_identity_is_needed_and_must_fit(run, signed, tmp_path, new_key):
    (public, _), (_, other) = new_key(), new_key("other.txt")
    file, empty = tmp_path / "copy", tmp_path / "empty.txt"
    run("backup", file, "--to", public)
    empty.write_text("# nothing\n")
    change(signed[1], comment="newer")
    for options in ((), ("--identity", other), ("--identity", empty)):
        done = run("restore", "--yes", file, *options)
        assert done.exit_code == 1 and done.output.startswith("Error: ")
        assert "AGE-SECRET-KEY-1Q" not in done.output
    assert row(signed[1]).comment == "newer"


# The test of a backup


@pytest.mark.slow
@pytest.mark.parametrize("is_encrypted", [False, True])
def test_good_backup_passes_and_changes_nothing(run, app, signed, tmp_path, new_key, is_encrypted):
    public, key_file = new_key()
    file = tmp_path / "copy"
    run("backup", file, *(("--to", public) if is_encrypted else ()))
    change(signed[1], comment="newer")
    before = columns_of_rows()
    done = run("restore", file, "--check", *(("--identity", key_file) if is_encrypted else ()))
    assert done.exit_code == 0, done.output
    assert "signature: 2" in done.output
    assert columns_of_rows() == before
    assert utcnow() - last_restore_check_at(tmp_path / "var") < timedelta(minutes=1)
    assert list((tmp_path / "var" / "scratch").glob("*")) == []
    if db.engine.dialect.name == "postgresql":
        names = db.session.scalars(text("select datname from pg_database")).all()
        assert [name for name in names if name.startswith("volante_check")] == []


@pytest.mark.slow
def test_backup_that_lacks_signatures_fails(run, signed, tmp_path, monkeypatch):
    file = tmp_path / "copy"
    change(signed[0], created_at=utcnow() - timedelta(days=2))
    run("backup", file)
    petition = make_petition("law", cause_id=row(signed[0]).cause_id)
    lost = sign(petition, AMALIA)
    change(lost, created_at=utcnow() - timedelta(days=1))
    done = run("restore", file, "--check")
    assert done.exit_code == 1 and "lacks 1" in done.output
    assert last_restore_check_at(tmp_path / "var") is None


@pytest.mark.slow
def test_backup_whose_counts_are_wrong_fails(run, signed, tmp_path):
    file = tmp_path / "copy"
    db.session.execute(text("update cause_tally set last_number = last_number + 1"))
    db.session.commit()
    run("backup", file)
    done = run("restore", file, "--check")
    assert done.exit_code == 1 and "signatures audit" in done.output
    assert last_restore_check_at(tmp_path / "var") is None


def test_copy_that_would_fill_the_disk_is_refused(run, signed, tmp_path, nearly_full_disk):
    done = run("backup", tmp_path / "copy")
    assert done.exit_code == 1 and str(tmp_path) in done.output
    assert last_backup_at(tmp_path / "var") is None
    assert [path.name for path in tmp_path.iterdir()] == ["var"]


def test_backup_needs_the_size_of_the_database(run, signed, tmp_path, monkeypatch):
    size = backup_bytes(db.engine.url)
    assert size > 100_000
    for free, exit_code in ((size - 1, 1), (size, 0)):
        monkeypatch.setattr(backup_space, "free_bytes", lambda _, free=free: MIN_FREE_BYTES + free)
        assert run("backup", tmp_path / "copy").exit_code == exit_code
    assert (tmp_path / "copy").stat().st_size <= size


@pytest.mark.parametrize(("is_encrypted", "copies"), [(False, 1), (True, 2)])
def test_test_of_a_backup_needs_space_for_its_copies(
    run, signed, tmp_path, new_key, monkeypatch, is_encrypted, copies
):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("on PostgreSQL, the copy is on the disk of the server")
    public, key_file = new_key()
    file = tmp_path / "copy"
    run("backup", file, *(("--to", public) if is_encrypted else ()))
    free = MIN_FREE_BYTES + copies * file.stat().st_size - 1
    monkeypatch.setattr(backup_space, "free_bytes", lambda _: free)
    done = run("restore", file, "--check", *(("--identity", key_file) if is_encrypted else ()))
    assert done.exit_code == 1 and "disk" in done.output
    assert last_restore_check_at(tmp_path / "var") is None
    assert list((tmp_path / "var" / "scratch").glob("*")) == []


def test_damaged_backup_fails_the_test(run, signed, tmp_path):
    file = tmp_path / "copy"
    run("backup", file)
    file.write_bytes(cut(file.read_bytes()))
    assert run("restore", file, "--check").exit_code == 1
    assert last_restore_check_at(tmp_path / "var") is None


@pytest.mark.slow
def test_large_database_takes_little_memory(tmp_path):
    """A database of 120 MB, on SQLite alone: PostgreSQL's programs stream themselves."""
    path, size = tmp_path / "large.sqlite3", 120 * 2**20
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table alembic_version (version_num)")
        database.execute("create table filler (content)")
        database.executemany(
            "insert into filler values (zeroblob(?))", [(2**20,)] * (size // 2**20)
        )
        database.commit()
    identity = x25519.Identity.generate()
    target = tmp_path / "copy"
    target.touch()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    url = make_url(f"sqlite:///{path}")
    backup_files.write_backup(url, target, [identity.to_public()])
    assert target.stat().st_size > size
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < size / 4
    restored = tmp_path / "restored.sqlite3"
    backup_files.restore_into(BackupFile(target, [identity]), make_url(f"sqlite:///{restored}"))
    with closing(sqlite3.connect(restored)) as database:
        assert database.execute("select count(*) from filler").fetchone() == (size // 2**20,)
