"""Tests of sessions: found by a digest, and ended by time, by their user, or permanently."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.accounts import tokens
from campaign.accounts.jobs import forget_sessions
from campaign.accounts.models import OrganizerSession
from campaign.accounts.sessions import (
    close_session,
    close_sessions,
    is_known_device,
    open_session,
    remember_device,
    session_of,
    sessions_of,
    touch_session,
)
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from tests.factories.organizers import make_organizer

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)


@pytest.fixture
def organizer(app):
    return make_organizer()


def opened(organizer, token="token", stage="full", now=None):
    browser = {"device": "Firefox", "address": "203.0.113.77"}
    return write(
        open_session,
        organizer_id=organizer.id,
        token=token,
        stage=stage,
        now=now or utcnow(),
        **browser,
    )


def test_session_is_found_by_its_token_which_is_not_stored(organizer):
    opened(organizer)
    assert session_of("token", utcnow()).organizer.id == organizer.id
    assert session_of("tokens", utcnow()) is None
    assert session_of("", utcnow()) is None
    stored = db.session.scalar(select(OrganizerSession))
    assert stored.token_digest == tokens.token_digest("token")
    assert stored.address == "203.0.113.0/24"


def test_session_ends_after_twelve_idle_hours_or_two_weeks(organizer):
    now = utcnow()
    session = opened(organizer, now=now)
    assert session_of("token", now + 11 * HOUR)
    assert session_of("token", now + 13 * HOUR) is None
    for hours in range(10, 14 * 24, 10):
        write(touch_session, session_id=session.id, now=now + hours * HOUR)
    assert session_of("token", now + (14 * 24 - 1) * HOUR)
    assert session_of("token", now + (14 * 24 + 1) * HOUR) is None


def test_half_signed_in_session_ends_after_ten_minutes(organizer):
    now = utcnow()
    opened(organizer, stage="password", now=now)
    assert session_of("token", now + timedelta(minutes=9))
    assert session_of("token", now + timedelta(minutes=11)) is None


def test_sessions_are_listed_and_ended_only_by_their_user(organizer):
    other = make_organizer(None)
    mine, more, their_session = (
        opened(organizer),
        opened(organizer, "more"),
        opened(other, "theirs"),
    )
    assert {session.id for session in sessions_of(organizer.id, utcnow())} == {mine.id, more.id}
    assert not write(close_session, organizer_id=organizer.id, session_id=their_session.id)
    assert write(close_session, organizer_id=organizer.id, session_id=more.id)
    opened(organizer, "again")
    assert write(close_sessions, organizer_id=organizer.id, except_session=mine.id) == 1
    assert [session.id for session in sessions_of(organizer.id, utcnow())] == [mine.id]
    assert session_of("theirs", utcnow())


def test_ended_sessions_and_unused_devices_are_deleted(organizer):
    now = utcnow()
    opened(organizer, "old", now=now - timedelta(days=1))
    opened(organizer, "new", now=now)
    browser = {"device": "", "address": "", "lang": "en"}
    write(
        remember_device,
        organizer_id=organizer.id,
        device_token="old",
        now=now - timedelta(days=366),
        **browser,
    )
    write(remember_device, organizer_id=organizer.id, device_token="new", now=now, **browser)
    assert write(forget_sessions, now=now) == 2
    assert session_of("new", now)
    assert not is_known_device(organizer.id, "old")
    assert is_known_device(organizer.id, "new")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", ""),
        (None, ""),
        ("x", ""),
    ],
)
def test_ip_address_is_shortened(address, network):
    assert tokens.shorten(address) == network
