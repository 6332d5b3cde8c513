"""Share fixtures among the tests of the surge."""

import pytest
from sqlalchemy import event

from campaign.edge import cached_response
from campaign.extensions import db
from campaign.surge.state import STATE
from tests.edge.pages import Clock


@pytest.fixture
def state(app):
    """What the application knows about the surge. Each test begins without one."""
    return app.extensions[STATE]


@pytest.fixture
def edge_clock(monkeypatch):
    """The clock that sets the age of cached responses."""
    clock = Clock()
    monkeypatch.setattr(cached_response, "time", clock)
    return clock


@pytest.fixture
def statements(app):
    """The SQL statements that were executed, as a list that the test may clear."""
    executed = []

    def note(_connection, _cursor, statement, *_):
        executed.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield executed
    event.remove(db.engine, "before_cursor_execute", note)
