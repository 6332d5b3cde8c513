"""Tests of machines that share a database and a bucket but no folder, and of a failing bucket."""

import hashlib
import io
from datetime import timedelta
from threading import Event

import pytest
from flask import current_app

from campaign.exports.jobs import STORAGE_PAUSE, sweep_files
from campaign.exports.operations import RETENTION
from campaign.exports.queries import export_by_id, export_files, exports_of
from campaign.extensions import db
from campaign.files.storage import FilesUnavailable
from campaign.imports.subscribers.models import SubscriberImport
from campaign.jobs.worker import worker_context
from campaign.montage.models import Poster
from campaign.process.clock import utcnow
from campaign.security.sealed_files import Sealer
from tests.factories.jobs import job_loop, run_jobs
from tests.factories.signatures import AMALIA, sign_and_hatch
from tests.page_parts import alerts, links, tree, values, wrong_fields
from tests.s3_server import S3Server

FORM_DATA = {
    "purpose": "For our members’ meeting",
    "columns": ["number", "email"],
    "state": "counted",
    "kind": "csv",
}
LATER = timedelta(minutes=2)


@pytest.fixture
def machines(app, tmp_path, monkeypatch):
    """A bucket, and a function that continues on another machine: one with an empty folder."""
    server = S3Server()
    for name, value in server.settings().items():
        monkeypatch.setitem(app.config, name, value)

    class Machines:
        bucket = server

        def move(self, name):
            folder = tmp_path / name
            folder.mkdir(exist_ok=True)
            monkeypatch.setitem(app.config, "VAR_DIR", str(folder))
            return folder

    yield Machines()
    server.stop()


@pytest.fixture
def owner(desk_of, petition, machines):
    machines.move("web-b")
    sign_and_hatch(petition, AMALIA)
    return desk_of("owner", petition.cause_id)


def ask(desk):
    return desk.post("/organize/exports/home/new?aim=records", FORM_DATA).location


def export_now(petition):
    db.session.rollback()
    return exports_of([petition.id])[0]


def sweep():
    sweep_files(worker_context(current_app._get_current_object(), Event()))


def test_export_made_on_one_machine_is_downloaded_from_another(owner, petition, machines):
    here = ask(owner)
    worker_folder = machines.move("worker-a")
    assert job_loop("export").run_next()
    web_folder = machines.move("web-b")
    assert f"{here}/download" in links(owner.get(here))
    answer = owner.get(f"{here}/download")
    export = export_now(petition)
    assert answer.data.decode("utf-8-sig").count(AMALIA["email"]) == 1
    assert hashlib.sha256(answer.data).hexdigest() == export.sha256
    part = owner.get(f"{here}/download", headers={"Range": "bytes=3-8"})
    assert (part.status_code, part.data) == (206, answer.data[3:9])
    # No machine keeps anything, and what the bucket keeps is encrypted.
    assert [path for folder in (worker_folder, web_folder) for path in folder.rglob("*.*")] == []
    with export_files(current_app.config).open(export.file_name) as file:
        sealed = file.read()
    assert len(sealed) > export.size and AMALIA["email"].encode() not in sealed


def test_deleted_and_expired_exports_leave_the_bucket(owner, petition, machines, monkeypatch):
    first, second = ask(owner), ask(owner)
    run_jobs("export")
    assert len(machines.bucket.names()) == 2
    owner.post(f"{first}/delete")
    assert len(machines.bucket.names()) == 1
    monkeypatch.setattr("campaign.exports.jobs.database_now", lambda: utcnow() + RETENTION + LATER)
    sweep()
    assert len(machines.bucket.names()) == 0
    assert owner.get(second).status_code == 404


def test_list_uploaded_to_one_machine_is_imported_by_another(owner, petition, machines):
    answer = upload(owner, petition)
    machines.move("worker-a")
    run_jobs("subscriber_import")
    machines.move("web-b")
    assert values(owner.get(answer.location), "data-state") == ["checked"]
    owner.post(f"{answer.location}/accept")
    machines.move("worker-a")
    run_jobs("subscriber_import")
    db.session.rollback()
    assert db.session.query(SubscriberImport).one().state == "imported"
    assert machines.bucket.names() == []


@pytest.mark.slow
def test_poster_drawn_on_one_machine_is_served_by_another(client, petition, machines):
    address = "/causes/valley/poster.pdf?size=A3"
    machines.move("web-b")
    assert client.get(address).status_code == 202
    machines.move("worker-a")
    assert job_loop("poster").run_next()
    machines.move("web-b")
    answer = client.get(address)
    assert answer.status_code == 200
    assert len(answer.data) == answer.content_length == db.session.query(Poster).one().file_bytes
    part = client.get(address, headers={"Range": "bytes=-6"})
    assert (part.status_code, part.data) == (206, answer.data[-6:])
    machines.bucket.stop()
    away = client.get(address)
    assert away.status_code == 503 and int(away.headers["Retry-After"]) > 0


def upload(desk, petition):
    content = b"email,consent_at,consent_text\nteo@brandt.example,2025-03-01,Send me news\n"
    return desk.post(
        "/organize/subscribers/import",
        {
            "cause": petition.cause_id,
            "way": "consent",
            "file": (io.BytesIO(content), "list.csv"),
        },
    )


class TestStorageAway:
    """What organizers see while the bucket does not answer."""

    def test_export_says_so_and_is_made_once_it_answers(
        self, owner, petition, machines, monkeypatch
    ):
        here = ask(owner)
        in_queue = owner.get(f"{here}?progress=1").json
        machines.bucket.stop()
        with monkeypatch.context() as patched:
            # A file of a million signatures is not made each minute for nothing.
            patched.setattr("campaign.exports.jobs.Sealer", None)
            assert job_loop("export").run_next()
        export = export_now(petition)
        assert (export.state, export.error_code) == ("waiting", "no_storage")
        away = owner.get(f"{here}?progress=1").json
        assert away["state"] == "waiting" and away["words"] != in_queue["words"]
        assert away["words"] in tree(owner.get(here)).xpath("string(//*[@data-progress-text])")
        assert list(machines.move("web-b").rglob("*.draft")) == []
        machines.bucket.start()
        assert not job_loop("export").run_next()
        assert job_loop("export", now=utcnow() + STORAGE_PAUSE + LATER).run_next()
        export = export_now(petition)
        assert (export.state, export.error_code) == ("ready", "")

    def test_export_waits_if_it_ends_in_the_middle(self, owner, petition, machines, monkeypatch):
        ask(owner)
        original = Sealer.finish

        def finish(self):
            machines.bucket.stop()
            return original(self)

        with monkeypatch.context() as patched:
            patched.setattr(Sealer, "finish", finish)
            assert job_loop("export").run_next()
        export = export_now(petition)
        assert (export.state, export.error_code) == ("waiting", "no_storage")
        assert list(machines.move("web-b").rglob("*.draft")) == []
        machines.bucket.start()

    def test_download_says_so_and_works_later(self, owner, machines):
        here = ask(owner)
        run_jobs("export")
        machines.bucket.stop()
        answer = owner.get(f"{here}/download")
        assert (answer.status_code, answer.location) == (303, here)
        page = owner.get(here)
        assert alerts(page) == ["danger"] and f"{here}/download" in links(page)
        machines.bucket.start()
        assert owner.get(f"{here}/download").status_code == 200

    def test_deleted_file_leaves_the_bucket_later(self, owner, petition, machines):
        here = ask(owner)
        run_jobs("export")
        export_id = export_now(petition).id
        machines.bucket.stop()
        assert owner.post(f"{here}/delete").status_code == 303
        db.session.rollback()
        assert export_by_id(export_id) is None
        machines.bucket.start()
        assert len(machines.bucket.names()) == 1
        sweep()
        assert machines.bucket.names() == []

    def test_expired_export_loses_its_key_at_once(self, owner, petition, machines, monkeypatch):
        ask(owner)
        run_jobs("export")
        export_id = export_now(petition).id
        machines.bucket.stop()
        moment = utcnow() + RETENTION + LATER
        monkeypatch.setattr("campaign.exports.jobs.database_now", lambda: moment)
        with pytest.raises(FilesUnavailable):
            sweep()
        db.session.rollback()
        assert export_by_id(export_id) is None

    def test_upload_says_so_at_the_file(self, owner, petition, machines):
        machines.bucket.stop()
        answer = upload(owner, petition)
        assert answer.status_code == 422 and set(wrong_fields(answer)) == {"file"}
        db.session.rollback()
        assert db.session.query(SubscriberImport).count() == 0
