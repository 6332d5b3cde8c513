"""Tests of instants in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from campaign.extensions import db
from campaign.process.clock import UtcDateTime, utcnow

pytestmark = pytest.mark.both_databases

TORONTO_WINTER = timezone(timedelta(hours=-5))


@pytest.fixture
def diary(app):
    """A table with one column of instants, in the test's own transaction."""
    table = Table(
        "diary",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("at", UtcDateTime),
        prefixes=["temporary"],
    )
    connection = db.session.connection()
    table.create(connection)
    yield table
    db.session.rollback()


def kept(diary, value):
    db.session.execute(insert(diary).values(at=value))
    return db.session.scalar(select(diary.c.at))


def test_utcnow_is_aware_and_in_utc():
    assert utcnow().tzinfo is UTC
    assert abs(utcnow() - datetime.now(UTC)) < timedelta(seconds=5)


def test_instant_is_read_back_as_the_same_instant_in_utc(diary):
    written = datetime(2026, 11, 24, 21, 30, 15, 123456, TORONTO_WINTER)
    read = kept(diary, written)
    assert read == written
    assert read.utcoffset() == timedelta(0)
    assert read.isoformat() == "2026-11-25T02:30:15.123456+00:00"


def test_null_instant_is_read_back_as_none(diary):
    assert kept(diary, None) is None


def test_naive_time_is_refused(diary):
    with pytest.raises(Exception, match="naive datetime"):
        kept(diary, datetime(2026, 11, 24))


def test_instants_from_different_zones_are_compared_as_instants(diary):
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    kept(diary, noon)
    earlier = (noon - timedelta(minutes=1)).astimezone(TORONTO_WINTER)
    assert db.session.scalar(select(diary.c.id).where(diary.c.at > earlier))
    assert not db.session.scalar(select(diary.c.id).where(diary.c.at <= earlier))
