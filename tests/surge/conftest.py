"""Share fixtures among the tests of the surge."""

import pytest

from campaign.edge import cached_response
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
