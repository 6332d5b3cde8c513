"""Tests of committed transactions on both databases."""

import threading

import pytest
from sqlalchemy import event, inspect
from sqlalchemy.exc import IntegrityError, OperationalError

from campaign.db import transactions as module
from campaign.extensions import db, transactions, write
from campaign.organisations.models import Organisation
from tests.together import together

pytestmark = pytest.mark.both_databases


@pytest.fixture(params=["alone", "grouped"])
def write_mode(request, app, monkeypatch):
    """The application, as commands run it and as the production server does."""
    for name in ("write_lock", "group_commit"):
        monkeypatch.setitem(app.extensions, name, app.extensions[name])
    transactions.init_app(app, grouped=request.param == "grouped")
    return app


def plant(slug, *, legal_form=""):
    """Add an organisation, the simplest row there is, and return it."""
    organisation = Organisation(slug=slug, legal_form=legal_form)
    db.session.add(organisation)
    db.session.flush()
    return organisation


def plant_and_break(slug):
    plant(slug)
    raise KeyError(slug)


def slugs():
    """Return what a separate connection finds, so that only committed rows count."""
    with db.engine.connect() as connection:
        return sorted(connection.exec_driver_sql("select slug from organisation").scalars())


def test_write_is_committed_when_the_caller_gets_its_result(write_mode):
    assert write(plant, "valley", legal_form="club").slug == "valley"
    assert slugs() == ["valley"]


def test_rows_are_returned_detached_and_readable(write_mode):
    organisation = write(plant, "valley")
    assert inspect(organisation).detached
    assert (organisation.slug, organisation.id > 0) == ("valley", True)


def test_failed_operation_writes_nothing(write_mode):
    with pytest.raises(KeyError, match="valley"):
        write(plant_and_break, "valley")
    assert slugs() == []
    write(plant, "hill")
    assert slugs() == ["hill"]


def test_database_error_is_raised_and_harms_nothing_afterwards(write_mode):
    write(plant, "valley")
    with pytest.raises(IntegrityError):
        write(plant, "valley")
    write(plant, "hill")
    assert slugs() == ["hill", "valley"]


def test_added_row_without_a_flush_is_written_too(write_mode):
    write(lambda: db.session.add(Organisation(slug="valley")))
    assert slugs() == ["valley"]


def test_caller_sees_what_was_written_after_its_own_read(write_mode):
    def read():
        return db.session.query(Organisation.slug).all()

    assert read() == []
    write(plant, "valley")
    assert read() == [("valley",)]


def test_many_threads_write_at_once_and_each_gets_its_own_result(write_mode):
    causes = together(
        write_mode, [lambda n=n: write(plant, f"organisation-{n:02}") for n in range(16)]
    )
    expected = [f"organisation-{n:02}" for n in range(16)]
    assert [organisation.slug for organisation in causes] == expected
    assert slugs() == expected


def test_failure_among_many_does_not_affect_the_others(write_mode):
    def attempt(n):
        try:
            return write(plant_and_break if n == 7 else plant, f"organisation-{n:02}")
        except KeyError:
            return None

    outcomes = together(write_mode, [lambda n=n: attempt(n) for n in range(16)])
    assert [n for n, outcome in enumerate(outcomes) if outcome is None] == [7]
    assert slugs() == [f"organisation-{n:02}" for n in range(16) if n != 7]


def test_no_result_is_returned_before_the_commit(write_mode):
    committed = []

    def hear(_connection):
        committed.append(threading.current_thread())

    event.listen(db.engine, "commit", hear)
    try:
        write(plant, "valley")
        assert committed
    finally:
        event.remove(db.engine, "commit", hear)


def test_grouped_write_waits_for_an_unpredictable_moment(write_mode, monkeypatch):
    waits = []
    monkeypatch.setattr(module, "sleep", waits.append)
    for slug in ("valley", "hill", "shore"):
        transactions.write_together(lambda slugs: [plant(item).slug for item in slugs], slug)
    assert len(set(waits)) == 3
    assert all(0 <= wait <= module.MAX_PAUSE_SECONDS for wait in waits)


def test_failed_commit_is_reported(write_mode):
    def fail(_connection):
        raise OperationalError("COMMIT", None, Exception("the disk is gone"))

    event.listen(db.engine, "commit", fail)
    try:
        with pytest.raises(OperationalError, match="gone"):
            write(plant, "valley")
    finally:
        event.remove(db.engine, "commit", fail)
    assert slugs() == []


def test_write_keeps_no_connection(write_mode):
    write(plant, "valley")
    assert db.engine.pool.checkedout() == 0


def test_sqlite_syncs_to_disk_and_enforces_foreign_keys(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("settings of SQLite")
    with db.engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        values = [connection.exec_driver_sql(f"pragma {name}").scalar() for name in names]
    assert values == ["wal", 2, 1, module.BUSY_SECONDS * 1000]


def test_sqlite_writer_locks_when_it_begins(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("transactions of SQLite")
    begun = []

    def note(_connection, _cursor, statement, *_):
        begun.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        write(plant, "valley")
        slugs()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert [statement for statement in begun if statement.startswith("BEGIN")] == [
        "BEGIN IMMEDIATE",
        "BEGIN",
    ]
