"""What the tests of the edge share."""

import pytest

from campaign.edge import cached_response
from tests.edge.pages import Clock


@pytest.fixture
def clock(monkeypatch):
    """The clock by which answers age."""
    clock = Clock()
    monkeypatch.setattr(cached_response, "time", clock)
    return clock
