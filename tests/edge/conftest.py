"""Share fixtures among the tests of the edge."""

import pytest

from campaign.edge import cached_response
from tests.edge.pages import Clock


@pytest.fixture
def clock(monkeypatch):
    """The clock that sets the age of responses."""
    clock = Clock()
    monkeypatch.setattr(cached_response, "time", clock)
    return clock
