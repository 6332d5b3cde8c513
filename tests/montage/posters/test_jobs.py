"""Tests of the worker's poster renderer: what it draws, deletes, and does when told to stop."""

import os
import threading
import time
from datetime import timedelta

import pypdfium2
import pytest
from flask import current_app
from sqlalchemy import event

from campaign.db.failure_log import FailureLog
from campaign.extensions import db, write
from campaign.jobs import worker
from campaign.jobs.worker import worker_context
from campaign.montage.posters.jobs import sweep_files
from campaign.montage.posters.operations import request_poster, start_poster
from campaign.montage.queries import Variety, poster_status
from campaign.process import isolated
from campaign.process.clock import utcnow
from tests.factories.jobs import job_loop, jobs_of
from tests.factories.signatures import AMALIA, ODILE, change, sign_and_hatch

pytestmark = pytest.mark.both_databases


@pytest.fixture
def press(app, tmp_path, monkeypatch):
    """The worker's loop for posters, with its own folder."""
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    return job_loop("poster")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "posters"


def sweep():
    sweep_files(worker_context(current_app._get_current_object(), threading.Event()))


def ask(petition, size="A3", *, file_format="pdf", names=False):
    variety = Variety(petition.cause_id, file_format, size, "es", names)
    write(request_poster, variety, now=utcnow())
    return variety


def status(variety):
    db.session.rollback()
    return poster_status(variety)


def text_of(file):
    document = pypdfium2.PdfDocument(file)
    words = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return words


@pytest.mark.slow
def test_poster_says_title_count_day_and_names(press, folder, petition):
    sign_and_hatch(petition, AMALIA, name_display="full")
    sign_and_hatch(petition, ODILE)
    variety = ask(petition, names=True)
    assert press.run_next()
    ready = status(variety).ready
    text = text_of(folder / ready.file_name)
    assert "Mariposas" in text and "Amalia Rosales" in text and str(utcnow().year) in text
    assert "Odile" not in text and "Kwan" not in text
    assert ready.file_bytes == (folder / ready.file_name).stat().st_size
    assert list(folder.iterdir()) == [folder / ready.file_name]


def test_renderer_rests_without_work(press, petition):
    assert not press.run_next()


@pytest.mark.slow
def test_poster_whose_names_have_changed_is_deleted_by_the_next_sweep(press, folder, petition):
    row_id = sign_and_hatch(petition, AMALIA, name_display="full")
    with_names, without = ask(petition, names=True), ask(petition)
    press.run_next()
    press.run_next()
    sweep()
    assert status(with_names).ready and status(without).ready
    change(row_id, name_display="counted")
    sweep()
    assert not status(with_names).ready and status(without).ready


@pytest.mark.slow
def test_names_are_read_once_for_all_posters_that_have_them(press, folder, petition, monkeypatch):
    monkeypatch.setattr("campaign.montage.queries.NAMES_AT_ONCE", 1)
    sign_and_hatch(petition, AMALIA, name_display="full")
    first = ask(petition, names=True)
    press.run_next()
    row_id = sign_and_hatch(petition, ODILE, name_display="full")
    second = ask(petition, "A2", names=True)
    press.run_next()
    queries = []
    listen = (
        db.engine,
        "before_cursor_execute",
        lambda *details: "given_name" in details[2] and queries.append(details[3]),
    )
    event.listen(*listen)
    sweep()
    event.remove(*listen)
    assert len(queries) == 2
    assert status(first).ready and status(second).ready
    # A name that only the second has.
    change(row_id, name_display="counted")
    sweep()
    assert status(first).ready and not status(second).ready


def test_unknown_files_are_deleted_once_they_are_old(press, folder, petition):
    folder.mkdir()
    for name, age in (("7.pdf", 7200), ("8.pdf", 0)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - age,) * 2)
    # A file that is deleted between listing and access.
    (folder / "9-two").symlink_to("nowhere")
    sweep()
    (folder / "9-two").unlink()
    assert [path.name for path in folder.iterdir()] == ["8.pdf"]


def test_renderer_told_to_stop_leaves_the_poster_to_another(press, folder, petition, monkeypatch):
    stop = threading.Event()
    variety = ask(petition, "12000", file_format="png")

    def start(poster_id):
        threading.Timer(0.5, stop.set).start()
        start_poster(poster_id)

    monkeypatch.setattr("campaign.montage.posters.jobs.start_poster", start)
    job_loop("poster", stop=stop).run_next()
    assert status(variety).in_work.state == "waiting"
    [job] = jobs_of("poster")
    assert (job.state, job.attempts) == ("waiting", 0)
    assert not folder.exists() and list(folder.with_name("scratch").iterdir()) == []


def test_failing_renderer_logs_where_but_no_personal_data(
    press, folder, petition, caplog, monkeypatch
):
    monkeypatch.setattr(isolated, "ENVIRONMENT", {"PYTHONUTF8": "1", "PYTHONPATH": str(folder)})
    monkeypatch.setattr(worker, "failure_log", FailureLog(worker.log))
    sign_and_hatch(petition, AMALIA, name_display="full")
    broken = folder / "numpy"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ValueError('Amalia Rosales')")
    variety = ask(petition, names=True)
    press.run_next()
    assert status(variety).in_work.state == "waiting"
    assert "ValueError" in caplog.text and "Amalia" not in caplog.text
    assert not press.run_next()
    for minutes in (1, 2):
        assert job_loop("poster", now=utcnow() + timedelta(minutes=minutes)).run_next()
    assert status(variety).failed
