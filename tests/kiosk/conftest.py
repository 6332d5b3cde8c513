"""Provide a table with a petition, and a tablet that is paired to it."""

import pytest

from tests.factories.kiosks import make_table, make_tablet


@pytest.fixture
def table(app):
    """An event and the petition that can be signed there."""
    return make_table()


@pytest.fixture
def event(table):
    return table[0]


@pytest.fixture
def petition(table):
    return table[1]


@pytest.fixture
def tablet(client, event):
    return make_tablet(client, event)
