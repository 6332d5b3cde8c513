"""Tests of the job that writes an export, also after a crash, and of deleting files in time."""

import errno
import hashlib
import io
from datetime import timedelta
from threading import Event

import pytest
from flask import current_app
from python_calamine import CalamineWorkbook

from campaign.exports import writer
from campaign.exports.export_queries import content_of, exports_folder, file_of
from campaign.exports.jobs import sweep_files
from campaign.exports.operations import KEPT, drop_export, start_again
from campaign.extensions import db, write
from campaign.jobs.registry import MAX_ATTEMPTS
from campaign.jobs.worker import worker_context
from campaign.process.clock import utcnow
from campaign.security.sealed_files import Sealer
from tests.exports.conftest import export, folder
from tests.factories.jobs import job_loop
from tests.factories.signatures import ODILE, confirm, hatch_now, sign
from tests.powercuts import PowerCut

pytestmark = pytest.mark.both_databases

LATER = timedelta(minutes=2)


@pytest.fixture
def signed(petition):
    """Seven counted signatures."""
    for place in range(7):
        confirm(sign(petition, ODILE, email=f"o{place}@kwan.example", comment=f"Remember {place}"))
    hatch_now()


def plain(export_id):
    return b"".join(content_of(export(export_id)))


def at(monkeypatch, moment):
    monkeypatch.setattr("campaign.exports.jobs.database_now", lambda: moment)


def sweep():
    sweep_files(worker_context(current_app._get_current_object(), Event()))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_file_is_made_with_its_digest_size_and_count(asked, exporter, signed, kind):
    export_id = asked(kind)
    assert exporter.run_next()
    made, content = export(export_id), plain(export_id)
    assert (made.state, made.done, made.total, made.percent) == ("ready", 7, 7, 100)
    assert (made.size, made.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert not exporter.run_next()
    if kind == "xlsx":
        assert (
            len(
                CalamineWorkbook.from_filelike(io.BytesIO(content))
                .get_sheet_by_index(0)
                .to_python()
            )
            == 8
        )
    else:
        assert content.decode("utf-8-sig").count("o6@kwan.example") == 1


def test_empty_selection_makes_an_empty_file(asked, exporter, signed):
    export_id = asked(state="held")
    exporter.run_next()
    assert (export(export_id).state, plain(export_id).count(b"\n")) == ("ready", 1)


def test_no_personal_data_can_be_read_in_the_file(asked, exporter, signed):
    export_id = asked()
    exporter.run_next()
    path = file_of(export(export_id))
    kept = path.read_bytes()
    assert [
        word
        for word in (b"Odile", b"Kwan", b"kwan.example", b"Remember", b"given_name")
        if word in kept
    ] == []
    assert path.stat().st_mode & 0o077 == 0
    assert b"Odile" in plain(export_id)


def test_files_of_two_exports_have_different_keys(asked, exporter, signed):
    first, second = asked(), asked()
    exporter.run_next()
    exporter.run_next()
    assert export(first).sha256 == export(second).sha256
    assert file_of(export(first)).read_bytes()[16:] != file_of(export(second)).read_bytes()[16:]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_another_worker_starts_over_after_a_crash_and_makes_the_same_file(
    asked, exporter, signed, monkeypatch, kind
):
    monkeypatch.setattr(writer, "AT_ONCE", 2)
    moment = utcnow()
    whole, broken = asked(kind, now=moment), asked(kind, now=moment)
    exporter.run_next()
    original, calls = Sealer.write, []

    def failing(self, data):
        calls.append(data)
        if len(calls) == 3:
            raise PowerCut
        original(self, data)

    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "write", failing)
        with pytest.raises(PowerCut):
            exporter.run_next()
    left = export(broken)
    assert (left.state, left.done, left.total) == ("working", 2, 7)
    assert not job_loop("export").run_next()
    assert job_loop("export", now=utcnow() + LATER).run_next()
    assert (export(broken).state, export(broken).done) == ("ready", 7)
    assert export(broken).sha256 == export(whole).sha256
    assert plain(broken) == plain(whole)


def test_stopped_worker_returns_the_job_at_once(asked, exporter, signed, monkeypatch):
    monkeypatch.setattr(writer, "AT_ONCE", 2)
    export_id, stop = asked(), Event()
    original = Sealer.write
    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "write", lambda self, data: stop.set() or original(self, data))
        job_loop("export", stop=stop).run_next()
    assert export(export_id).state == "waiting"
    assert exporter.run_next()
    assert (export(export_id).state, plain(export_id).count(b"@")) == ("ready", 7)


def test_export_that_always_fails_is_given_up_and_can_be_requested_again(
    asked, exporter, signed, monkeypatch
):
    export_id = asked()
    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "write", lambda *_: 1 / 0)
        for attempt in range(MAX_ATTEMPTS):
            assert export(export_id).state == "waiting"
            assert job_loop("export", now=utcnow() + attempt * LATER).run_next()
    assert (export(export_id).state, export(export_id).fault) == ("failed", "broken")
    assert not job_loop("export", now=utcnow() + 9 * LATER).run_next()
    assert write(start_again, export_id, now=utcnow())
    exporter.run_next()
    assert export(export_id).state == "ready"


def test_full_disk_is_a_state_and_frees_the_space(asked, exporter, signed, monkeypatch):
    export_id = asked()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "finish", full)
        exporter.run_next()
    assert (export(export_id).state, export(export_id).fault, folder()) == ("failed", "no_room", [])
    write(start_again, export_id, now=utcnow())
    exporter.run_next()
    assert export(export_id).state == "ready"


def test_cancelled_export_is_abandoned_and_its_file_deleted(asked, exporter, signed, monkeypatch):
    monkeypatch.setattr(writer, "AT_ONCE", 2)
    export_id = asked()
    original = Sealer.finish

    def finish(self):
        write(drop_export, export_id)
        return original(self)

    monkeypatch.setattr(Sealer, "finish", finish)
    assert exporter.run_next()
    assert export(export_id) is None
    sweep()
    assert folder() == []


def test_row_file_and_orphans_are_deleted_after_72_hours(asked, exporter, signed, monkeypatch):
    first = asked()
    exporter.run_next()
    path = exports_folder(current_app.config) / "999.sealed"
    path.write_bytes(b"an orphan")
    sweep()
    assert folder() == [f"{first}.sealed"]
    at(monkeypatch, utcnow() + KEPT - LATER)
    sweep()
    assert file_of(export(first)) is not None
    at(monkeypatch, utcnow() + KEPT + LATER)
    sweep()
    assert (export(first), folder()) == (None, [])
    db.session.rollback()
