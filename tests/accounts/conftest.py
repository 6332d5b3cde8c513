"""What the tests of accounts share."""

import pytest

from campaign.lib.counters import storage_of


@pytest.fixture(autouse=True)
def _new_counters(migrated_app):
    """Nobody has tried anything yet."""
    storage_of(migrated_app.config).reset()
