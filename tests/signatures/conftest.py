"""Fixtures that the tests of signatures share."""

import pytest

from campaign.extensions import transactions
from tests.factories.petitions import make_petition


@pytest.fixture
def shared_petition(app):
    """A petition that two people may sign with one address."""
    return make_petition(two_per_address=True)


@pytest.fixture
def served(app, monkeypatch):
    """The application as the production server runs it, with group commit."""
    for name in ("write_lock", "group_commit"):
        monkeypatch.setitem(app.extensions, name, app.extensions[name])
    transactions.init_app(app, grouped=True)
    return app
