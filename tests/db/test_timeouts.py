"""Tests that a slow or silent PostgreSQL is an error and not an endless wait."""

import os
import signal
import socket
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from campaign.db import timeouts
from campaign.db.timeouts import limit_statements
from config import POSTGRESQL_OPTIONS, load
from tests import databases


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    url = databases.address("postgresql").replace("postgresql://", "postgresql+psycopg://", 1)
    options = load({"DATABASE_URL": url, "VAR_DIR": str(tmp_path_factory.mktemp("var"))})[
        "SQLALCHEMY_ENGINE_OPTIONS"
    ]
    engine = create_engine(url, **options)
    limit_statements(engine, 1)
    yield engine
    engine.dispose()


def ask(engine, question="select 1"):
    with engine.connect() as connection:
        return connection.scalar(text(question))


def test_slow_statement_is_ended_by_the_server(engine):
    with pytest.raises(OperationalError, match="statement timeout"):
        ask(engine, "select pg_sleep(60)")
    assert ask(engine) == 1


def test_statement_without_an_answer_is_given_up(engine, hang):
    with engine.connect() as connection:
        hang(connection)
        with pytest.raises(OperationalError) as given_up:
            connection.scalar(text("select 2"))
    assert given_up.value.connection_invalidated
    assert ask(engine) == 1


def test_idle_connection_that_hangs_is_replaced(engine, hang):
    with engine.connect() as connection:
        hang(connection)
    assert ask(engine, "select 3") == 3


def test_few_requests_use_few_connections_and_replace_closed_ones(engine):
    """PostgreSQL closes idle connections after its `idle_session_timeout`. No request must fail."""
    pids = backends(engine, 3)
    assert len({ask(engine, "select pg_backend_pid()") for _ in range(3)}) == 1
    with engine.connect() as connection:
        for pid in pids:
            connection.execute(
                text("select pg_terminate_backend(:pid) where :pid <> pg_backend_pid()"),
                {"pid": pid},
            )
    assert len(set(backends(engine, 3))) == 3


def backends(engine, count):
    """Use so many connections at once and return the ids of their server processes."""
    with ExitStack() as stack:
        connections = [stack.enter_context(engine.connect()) for _ in range(count)]
        return [item.scalar(text("select pg_backend_pid()")) for item in connections]


def test_server_that_accepts_and_stays_silent_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        url = f"postgresql+psycopg://v@{host}:{port}/v"
        engine = create_engine(url, connect_args=POSTGRESQL_OPTIONS)
        with pytest.raises(OperationalError, match="timeout"):
            ask(engine)


def test_others_fail_at_once_while_a_silent_server_is_tried_again(monkeypatch):
    monkeypatch.setattr(timeouts, "RETRY_SECONDS", 3600)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        engine = create_engine(
            f"postgresql+psycopg://v@{host}:{port}/v", connect_args=POSTGRESQL_OPTIONS
        )
        limit_statements(engine, 1)
        with pytest.raises(OperationalError, match="timeout"):
            ask(engine)
        with pytest.raises(OperationalError, match="a moment ago"):
            ask(engine)


def test_server_that_refuses_is_tried_again_at_once(engine):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    other = create_engine(f"postgresql+psycopg://v@127.0.0.1:{port}/v")
    limit_statements(other, 1)
    for _ in range(2):
        with pytest.raises(OperationalError, match="refused"):
            ask(other)


@pytest.fixture
def hang():
    """Return a function that stops the server process of a connection.

    A swapping machine or a frozen disk does the same.
    """
    stopped = []

    def hang(connection):
        stopped.append(connection.scalar(text("select pg_backend_pid()")))
        connection.rollback()
        os.kill(stopped[-1], signal.SIGSTOP)

    yield hang
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
