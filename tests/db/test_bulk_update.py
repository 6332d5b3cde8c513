"""Tests of updates of many rows at once, read back exactly."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from campaign.db.bulk_update import bulk_update
from campaign.extensions import db
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign_many

pytestmark = pytest.mark.both_databases

table = Signature.__table__


@pytest.fixture
def ids(app):
    """Add three signatures and return their ids."""
    return sign_many(make_petition(), 3)


def stored(name):
    return db.session.scalars(select(table.c[name]).order_by(table.c.id)).all()


def test_each_row_gets_its_own_values_and_all_get_the_same_ones(ids):
    odd = 'O\'Brien "ñ", {x} \\ :y %s 🦋'
    until = datetime(2026, 11, 2, 9, 0, 0, 7, tzinfo=UTC)
    bulk_update(
        db.session.connection(),
        table,
        [
            {"id": ids[2], "waits_until": until, "comment": odd, "country": "MX"},
            {"id": ids[0], "waits_until": None, "comment": "", "country": ""},
        ],
        lang="fr",
    )
    assert stored("waits_until") == [None, None, until]
    assert stored("comment") == ["", "", odd]
    assert stored("country") == ["", "CA", "MX"]
    assert stored("lang").count("fr") == 2


def test_rows_can_be_given_by_their_ids_alone(ids):
    later = utcnow() + timedelta(days=1)
    bulk_update(db.session.connection(), table, [{"id": ids[1]}], waits_until=later)
    assert stored("waits_until") == [None, later, None]


def test_no_rows_change_nothing(ids):
    bulk_update(db.session.connection(), table, [], lang="fr")
    assert "fr" not in stored("lang")
