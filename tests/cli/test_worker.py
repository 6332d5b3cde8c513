"""Tests of the worker's maintenance tasks, each on its own."""

from threading import Event

import pytest
from sqlalchemy.exc import OperationalError

from campaign.cli import worker as module
from campaign.cli.worker import Worker
from campaign.db.failure_log import FailureLog

pytestmark = pytest.mark.both_databases


def test_failing_task_does_not_stop_the_others(app, monkeypatch, caplog):
    done = []

    def fail(*, now):
        raise ValueError("a row that nobody expected")

    monkeypatch.setattr(module, "failure_log", FailureLog(module.log))
    monkeypatch.setattr(module, "tell_of_erasing", fail)
    monkeypatch.setattr(module, "remind", lambda *, now: done.append("remind") or 3)
    assert Worker(app, Event())._upkeep() == 3
    assert done == ["remind"]
    assert "the worker's upkeep" in caplog.text


def test_unreachable_database_is_tried_again(app, monkeypatch):
    def away(*_, **__):
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr(module, "write", away)
    monkeypatch.setattr(module, "go_on_with_batches", lambda write, now: 0)
    assert Worker(app, Event())._upkeep() == 0
