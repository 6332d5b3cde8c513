"""Tests of the job that writes an export, also after a crash, and of deleting files in time."""

import errno
import hashlib
import io
from datetime import timedelta
from threading import Event

import pytest
from flask import current_app
from python_calamine import CalamineWorkbook

from campaign.exports import signature_table
from campaign.exports.jobs import sweep_files
from campaign.exports.operations import RETENTION, drop_export, start_again
from campaign.exports.queries import content_of, has_file
from campaign.extensions import db, write
from campaign.jobs.registry import MAX_ATTEMPTS
from campaign.jobs.worker import worker_context
from campaign.process.clock import utcnow
from campaign.security.sealed_files import Sealer
from tests.exports.conftest import export, folder, path_of
from tests.factories.jobs import job_loop
from tests.factories.signatures import ODILE, confirm, hatch_now, sign
from tests.power_cuts import PowerCut, cut_at_call

pytestmark = pytest.mark.both_databases

LATER = timedelta(minutes=2)


@pytest.fixture
def signed(petition):
    """Seven counted signatures."""
    for place in range(7):
        confirm(sign(petition, ODILE, email=f"o{place}@kwan.example", comment=f"Remember {place}"))
    hatch_now()


def decrypted(export_id):
    with content_of(export(export_id)) as content:
        return content.read()


def at(monkeypatch, moment):
    monkeypatch.setattr("campaign.exports.jobs.database_now", lambda: moment)


def sweep():
    sweep_files(worker_context(current_app._get_current_object(), Event()))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_file_is_made_with_its_digest_size_and_count(requested, exporter, signed, kind):
    export_id = requested(kind)
    assert exporter.run_next()
    finished, content = export(export_id), decrypted(export_id)
    assert (finished.state, finished.done, finished.total, finished.percent) == ("ready", 7, 7, 100)
    assert (finished.size, finished.sha256) == (len(content), hashlib.sha256(content).hexdigest())
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


def test_empty_selection_makes_an_empty_file(requested, exporter, signed):
    export_id = requested(state="held")
    exporter.run_next()
    assert (export(export_id).state, decrypted(export_id).count(b"\n")) == ("ready", 1)


def test_no_personal_data_can_be_read_in_the_file(requested, exporter, signed):
    export_id = requested()
    exporter.run_next()
    path = path_of(export(export_id))
    encrypted = path.read_bytes()
    assert [
        word
        for word in (b"Odile", b"Kwan", b"kwan.example", b"Remember", b"given_name")
        if word in encrypted
    ] == []
    assert path.stat().st_mode & 0o077 == 0
    assert b"Odile" in decrypted(export_id)


def test_files_of_two_exports_have_different_keys(requested, exporter, signed):
    first, second = requested(), requested()
    exporter.run_next()
    exporter.run_next()
    assert export(first).sha256 == export(second).sha256
    assert path_of(export(first)).read_bytes()[16:] != path_of(export(second)).read_bytes()[16:]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_another_worker_starts_over_after_a_crash_and_makes_the_same_file(
    requested, exporter, signed, monkeypatch, kind
):
    monkeypatch.setattr(signature_table, "ROWS_PER_PIECE", 2)
    moment = utcnow()
    complete, interrupted = requested(kind, now=moment), requested(kind, now=moment)
    exporter.run_next()
    with monkeypatch.context() as patched:
        cut_at_call(patched, Sealer, "write", 3)
        with pytest.raises(PowerCut):
            exporter.run_next()
    left = export(interrupted)
    assert (left.state, left.done, left.total) == ("working", 2, 7)
    assert not job_loop("export").run_next()
    assert job_loop("export", now=utcnow() + LATER).run_next()
    assert (export(interrupted).state, export(interrupted).done) == ("ready", 7)
    assert export(interrupted).sha256 == export(complete).sha256
    assert decrypted(interrupted) == decrypted(complete)


def test_stopped_worker_returns_the_job_at_once(requested, exporter, signed, monkeypatch):
    monkeypatch.setattr(signature_table, "ROWS_PER_PIECE", 2)
    export_id, stop = requested(), Event()
    original = Sealer.write
    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "write", lambda self, data: stop.set() or original(self, data))
        job_loop("export", stop=stop).run_next()
    assert export(export_id).state == "waiting"
    assert exporter.run_next()
    assert (export(export_id).state, decrypted(export_id).count(b"@")) == ("ready", 7)


def test_export_that_always_fails_is_given_up_and_can_be_requested_again(
    requested, exporter, signed, monkeypatch
):
    export_id = requested()
    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "write", lambda *_: 1 / 0)
        for attempt in range(MAX_ATTEMPTS):
            assert export(export_id).state == "waiting"
            assert job_loop("export", now=utcnow() + attempt * LATER).run_next()
    assert (export(export_id).state, export(export_id).error_code) == ("failed", "broken")
    assert not job_loop("export", now=utcnow() + 9 * LATER).run_next()
    assert write(start_again, export_id, now=utcnow())
    exporter.run_next()
    assert export(export_id).state == "ready"


def test_full_disk_is_a_state_and_frees_the_space(requested, exporter, signed, monkeypatch):
    export_id = requested()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "finish", full)
        exporter.run_next()
    assert (export(export_id).state, export(export_id).error_code, folder()) == (
        "failed",
        "no_room",
        [],
    )
    write(start_again, export_id, now=utcnow())
    exporter.run_next()
    assert export(export_id).state == "ready"


def test_export_leaves_the_rest_of_the_disk_to_signatures(
    requested, exporter, signed, nearly_full_disk
):
    export_id = requested()
    exporter.run_next()
    assert (export(export_id).error_code, folder()) == ("no_room", [])


def test_cancelled_export_is_abandoned_and_its_file_deleted(
    requested, exporter, signed, monkeypatch
):
    monkeypatch.setattr(signature_table, "ROWS_PER_PIECE", 2)
    export_id = requested()
    original = Sealer.finish

    def finish(self):
        write(drop_export, export_id)
        return original(self)

    monkeypatch.setattr(Sealer, "finish", finish)
    assert exporter.run_next()
    assert export(export_id) is None
    sweep()
    assert folder() == []


def test_row_file_and_orphans_are_deleted_after_72_hours(requested, exporter, signed, monkeypatch):
    first = requested()
    exporter.run_next()
    path_of(export(first)).with_name("999.sealed").write_bytes(b"an orphan")
    sweep()
    assert folder() == [f"{first}.sealed"]
    at(monkeypatch, utcnow() + RETENTION - LATER)
    sweep()
    assert has_file(export(first))
    at(monkeypatch, utcnow() + RETENTION + LATER)
    sweep()
    assert (export(first), folder()) == (None, [])
    db.session.rollback()
