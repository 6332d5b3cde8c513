"""Tests of the job that imports lists of subscribers: interruptions, undoing, lost files."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from flask import current_app
from sqlalchemy import func, select

from campaign.extensions import db, write
from campaign.files.scratch import scratch_folder
from campaign.imports.subscribers import jobs, reading
from campaign.imports.subscribers.jobs import sweep_lists
from campaign.imports.subscribers.operations import (
    RETENTION,
    SubscriberImportOvertaken,
    accept_import,
    check_import,
    drop_import,
    import_part,
    note_file,
    open_import,
    undo_import,
)
from campaign.imports.subscribers.queries import (
    import_by_id,
    key_for,
    list_files,
    subscriber_imports,
)
from campaign.jobs.worker import worker_context
from campaign.mail.models import BULK, OutboxMessage
from campaign.notices.models import Consent
from campaign.process.clock import utcnow
from campaign.security.sealed_files import FRAME, SealBroken, SealedReader, Sealer
from campaign.subscriptions.operations import confirm, end
from tests.factories.causes import make_cause
from tests.factories.jobs import job_loop, run_jobs
from tests.factories.organizers import make_organizer
from tests.factories.subscriptions import WEEK, email_states, subscribe, subscriptions
from tests.power_cuts import PowerCut

pytestmark = pytest.mark.both_databases
LATER = timedelta(minutes=10)
COLUMNS = {"email": "email", "consent_at": "consent_at", "consent_text": "consent_text"}
COUNT = 10


@pytest.fixture
def cause(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    monkeypatch.setattr(reading, "BATCH_SIZE", 3)
    return make_cause()


@pytest.fixture
def checked(cause):
    """Return a function that stores a list of COUNT people and checks it. It returns the id."""
    organizer = make_organizer()

    def make(*, asks=False, more=()):
        columns = {"email": "email"} if asks else COLUMNS
        lines = [f"reader{n}@rosales.example,2025-03-01,Send me news" for n in range(COUNT)]
        data = "\n".join((",".join(COLUMNS), *lines, *more, "")).encode()
        values = {"cause_id": cause.id, "organisation_id": None, "asks": asks, "columns": columns}
        item = write(
            open_import, organizer_id=organizer.id, name="list", header=[*COLUMNS], **values
        )
        config = current_app.config
        draft = scratch_folder(config) / "list"
        with Sealer(draft, key_for(item, config)) as sealer:
            sealer.write(data)
            frames = sealer.finish()
        list_files(config).put(item.file_name, draft)
        write(note_file, item.id, frames=frames, size=len(data))
        write(check_import, import_id=item.id, **values)
        run_jobs("subscriber_import")
        return item.id

    return make


def import_now(import_id):
    write(accept_import, import_id=import_id)
    run_jobs("subscriber_import")
    return item_of(import_id)


def item_of(import_id):
    db.session.rollback()
    return import_by_id(import_id)


def interrupt(monkeypatch, parts):
    """Let the worker's process end when it has imported some parts, and half of the next one."""
    left = iter(range(parts))

    def import_until(*arguments, **named):
        outcomes = import_part(*arguments, **named)
        if next(left, None) is None:
            raise PowerCut
        return outcomes

    monkeypatch.setattr(jobs, "import_part", import_until)


def files():
    return list(Path(current_app.config["VAR_DIR"], "subscriber-lists").glob("*"))


@pytest.mark.slow
@pytest.mark.parametrize("asks", [False, True])
def test_killed_import_starts_over_and_nobody_is_added_or_asked_twice(checked, monkeypatch, asks):
    import_id = checked(asks=asks, more=["reader3@rosales.example,2025-03-01,Twice"])
    before = item_of(import_id).counts
    write(accept_import, import_id=import_id)
    with monkeypatch.context() as patched:
        interrupt(patched, 2)
        with pytest.raises(PowerCut):
            job_loop("subscriber_import").run_next()
    assert len(subscriptions()) == 6
    assert item_of(import_id).state == "importing"
    run_jobs("subscriber_import", now=utcnow() + LATER)
    item = item_of(import_id)
    assert (item.state, item.counts) == ("imported", before)
    assert before == {"new": COUNT, "duplicate": 1}
    assert len(subscriptions()) == COUNT
    assert db.session.scalar(select(func.count(Consent.id))) == (0 if asks else COUNT)
    assert len(email_states("subscription_confirmation")) == (COUNT if asks else 0)
    assert files() == []


def test_emails_that_ask_wait_behind_personal_ones(checked):
    import_now(checked(asks=True))
    assert set(db.session.scalars(select(OutboxMessage.priority))) == {BULK}


def test_undo_leaves_those_who_unsubscribed(checked, cause):
    subscribe("teo", cause_id=cause.id)
    import_id = checked()
    import_now(import_id)
    [_teo, gone, *_others] = subscriptions()
    write(
        end,
        subscription_id=gone.id,
        email_digest=gone.email_digest,
        email=gone.email,
        now=utcnow(),
    )
    write(undo_import, import_id=import_id)
    run_jobs("subscriber_import")
    assert item_of(import_id).state == "undone"
    assert [row.state for row in subscriptions()] == ["active", "ended"]
    assert db.session.scalar(select(func.count(Consent.id))) == 2
    # The same list can be imported again, without the person who unsubscribed.
    assert import_now(checked()).counts == {"new": COUNT - 1, "ended": 1}


def test_undo_leaves_those_who_confirmed(checked):
    import_id = checked(asks=True)
    import_now(import_id)
    [first, *_others] = subscriptions()
    write(confirm, subscription_id=first.id, now=utcnow(), good_for=WEEK)
    write(undo_import, import_id=import_id)
    run_jobs("subscriber_import")
    assert [(row.id, row.state) for row in subscriptions()] == [(first.id, "active")]


def test_import_is_stopped_and_undone_in_the_middle(checked, monkeypatch):
    import_id = checked()
    write(accept_import, import_id=import_id)

    def overtaken(outcomes):
        # An organizer presses the button after each batch.
        with suppress(SubscriberImportOvertaken):
            write(undo_import, import_id=import_id)
        return outcomes

    go_through = reading.SubscriberList.go_through
    monkeypatch.setattr(
        reading.SubscriberList,
        "go_through",
        lambda self, decide, **named: go_through(
            self, lambda batch: overtaken(decide(batch)), **named
        ),
    )
    run_jobs("subscriber_import")
    assert item_of(import_id).state == "undone"
    assert subscriptions() == []
    assert files() == []


def test_lost_file_undoes_what_was_imported(checked, monkeypatch):
    import_id = checked()
    write(accept_import, import_id=import_id)
    with monkeypatch.context() as patched:
        interrupt(patched, 1)
        with pytest.raises(PowerCut):
            job_loop("subscriber_import").run_next()
    assert len(subscriptions()) == 3
    [path] = files()
    path.write_bytes(path.read_bytes()[:-1])
    run_jobs("subscriber_import", now=utcnow() + LATER)
    item = item_of(import_id)
    assert (item.state, item.error_code) == ("undone", "broken")
    assert subscriptions() == []


def test_files_without_an_import_and_abandoned_imports_are_deleted(checked, monkeypatch):
    kept = checked()
    files()[0].with_name("999.sealed").write_bytes(b"")
    context = worker_context(current_app._get_current_object(), Event())
    sweep_lists(context)
    assert [path.name for path in files()] == [f"{kept}.sealed"]
    monkeypatch.setattr(jobs, "database_now", lambda: utcnow() + RETENTION + LATER)
    sweep_lists(context)
    assert (files(), subscriber_imports(None, None)) == ([], [])


def test_only_an_import_of_which_nothing_was_imported_is_deleted(checked):
    import_id = checked()
    write(accept_import, import_id=import_id)
    with pytest.raises(SubscriberImportOvertaken):
        write(drop_import, import_id=import_id)
    with pytest.raises(SubscriberImportOvertaken):
        write(accept_import, import_id=import_id)


def test_sealed_file_is_read_from_any_position(tmp_path):
    data = bytes(range(256)) * (FRAME // 128 + 1)
    path, key = tmp_path / "file", b"k" * 32
    with Sealer(path, key) as sealer:
        sealer.write(data)
        sealer.finish()
    with SealedReader(path.open("rb"), key, len(data)) as reader:
        for start in (0, 5, FRAME - 1, FRAME, len(data) - 3):
            reader.seek(start)
            assert reader.read(10) == data[start : start + 10][: FRAME - start % FRAME]
        assert reader.read(10) == b""
    path.write_bytes(path.read_bytes()[:-1])
    with SealedReader(path.open("rb"), key, len(data)) as reader:
        reader.seek(len(data) - 3)
        with pytest.raises(SealBroken):
            reader.read(1)
