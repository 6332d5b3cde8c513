"""Tests of waiting for a locked SQLite file: once, and not again for each earlier writer."""

import pytest
from sqlalchemy import create_engine

from campaign.db.transactions import BUSY_SECONDS, MIN_BUSY_SECONDS


@pytest.fixture
def engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    yield engine
    engine.dispose()


@pytest.fixture
def statements(engine):
    """Record the statements that SQLite gets, in order."""
    executed = []
    with engine.connect() as connection:
        connection.connection.dbapi_connection.set_trace_callback(executed.append)
    return executed


def begin(engine, waited_seconds):
    with engine.connect() as connection:
        return (
            connection.execution_options(writes=True, waited_seconds=waited_seconds)
            .exec_driver_sql("PRAGMA busy_timeout")
            .scalar()
        )


@pytest.mark.parametrize(
    ("waited", "left"),
    [(4, BUSY_SECONDS - 4), (BUSY_SECONDS, MIN_BUSY_SECONDS), (60, MIN_BUSY_SECONDS)],
)
def test_time_in_the_queue_counts(engine, statements, waited, left):
    assert begin(engine, waited) == BUSY_SECONDS * 1000
    assert statements[:2] == [f"PRAGMA busy_timeout={left * 1000:.0f}", "BEGIN IMMEDIATE"]


def test_usual_turn_sets_no_timeout(engine, statements):
    begin(engine, 0.01)
    assert statements[0] == "BEGIN IMMEDIATE"


def test_write_ahead_log_that_grew_is_truncated_again(engine):
    with engine.connect() as connection:
        assert (
            0 < connection.exec_driver_sql("PRAGMA journal_size_limit").scalar() <= 64 * 1024 * 1024
        )
