"""Tests of what every page reads: it is loaded before a request holds a database connection."""

import pytest
from sqlalchemy import event

from campaign.extensions import db
from campaign.organisations import identity
from campaign.process.ttl_cache import TtlValue
from campaign.site import settings
from campaign.switches import state
from tests.factories.signatures import AMALIA, post_signature


@pytest.fixture
def connections(app, monkeypatch):
    """A list of how many connections were in use at once, in a process that has just started."""
    for module in (settings, identity, state):
        monkeypatch.setitem(app.extensions, module.CACHE_NAME, TtlValue(3600))
    db.session.remove()
    in_use, counts = set(), []

    def check_out(_connection, record, _proxy):
        in_use.add(record)
        counts.append(len(in_use))

    def check_in(_connection, record):
        in_use.discard(record)

    event.listen(db.engine, "checkout", check_out)
    event.listen(db.engine, "checkin", check_in)
    yield counts
    event.remove(db.engine, "checkout", check_out)
    event.remove(db.engine, "checkin", check_in)


def test_no_request_holds_two_connections(client, petition, connections):
    address = f"/en/petitions/{petition.slug}"
    connections.clear()
    post_signature(client, petition, AMALIA)
    client.get(address)
    assert set(connections) == {1}


def test_health_check_uses_no_connection(client, connections):
    assert client.get("/healthz").status_code == 200
    assert connections == []


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_monitoring_loads_no_cached_value(client, connections, path):
    assert client.get(path).status_code == 200
    assert set(connections) == {1}
