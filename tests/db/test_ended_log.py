"""Tests of the list of ended things.

It is durable before the commit, readable after a crash, and contains nothing that never ended.
"""

import json

import pytest
from sqlalchemy.exc import OperationalError

from campaign.db.ended_log import EndedLog, ended_now, read_ended
from campaign.extensions import db, note_ended, write
from campaign.process.clock import utcnow

KEY = b"key"


def entries(*kinds, thing_id=1, identity="2026-11-27"):
    return [ended_now(KEY, kind, thing_id, identity) for kind in kinds]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ended.jsonl"


@pytest.fixture
def log(app, path, monkeypatch):
    log = EndedLog(path)
    monkeypatch.setitem(app.extensions, "ended_log", log)
    return log


def whats(*paths):
    return [entry.what for entry in read_ended(paths)]


def test_entries_are_read_in_order(path):
    for entry in entries("key.revoked", "organizer.removed"):
        EndedLog(path).append([entry])
    assert whats(path) == ["key.revoked", "organizer.removed"]
    assert path.stat().st_mode & 0o077 == 0


def test_line_cut_off_by_a_crash_spoils_no_other(path):
    EndedLog(path).append(entries("key.revoked"))
    with path.open("a") as file:
        file.write('{"at":"2026-11-27T0')
    EndedLog(path).append(entries("kiosk.revoked"))
    assert whats(path) == ["key.revoked", "kiosk.revoked"]


def test_undone_withdrawal_does_not_end_again(path):
    EndedLog(path).append(entries("signature.withdrawn", "signature.returned"))
    assert whats(path) == []
    EndedLog(path).append(entries("signature.withdrawn", "signature.erased", "signature.erased"))
    assert whats(path) == ["signature.withdrawn", "signature.erased"]


def test_lists_of_several_machines_are_merged_by_time(path, tmp_path):
    other = tmp_path / "other.jsonl"
    first, second = entries("signature.withdrawn", "signature.returned")
    EndedLog(other).append([second])
    EndedLog(path).append([first])
    assert whats(path, other) == []


def test_end_is_on_the_list_before_the_commit(log, path, monkeypatch):
    seen = []
    commit = db.session.commit
    monkeypatch.setattr(db.session, "commit", lambda: (seen.extend(whats(path)), commit()))
    write(note_ended, "key.revoked", 7, utcnow())
    assert seen == ["key.revoked"]


def test_failed_operation_is_not_on_the_list(log, path):
    def fail():
        note_ended("key.revoked", 7, utcnow())
        raise LookupError

    with pytest.raises(LookupError):
        write(fail)
    write(lambda: None)
    assert not path.exists()


def test_nothing_ends_where_the_list_cannot_be_written(log, path):
    path.mkdir()
    with pytest.raises(OperationalError):
        write(note_ended, "key.revoked", 7, utcnow())


def test_line_contains_only_number_and_seal(log, path):
    write(note_ended, "app.stopped", 7, "a secret text")
    [line] = path.read_text().splitlines()
    assert json.loads(line).keys() == {"at", "what", "id", "seal"}
    assert "secret" not in line
