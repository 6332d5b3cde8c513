"""Tests of what happens over time: reminders, deletion, and changes of the clock."""

from datetime import timedelta

import pytest

from campaign.events import jobs
from campaign.events.check_in import check_in
from campaign.events.operations import Hours, change_event
from campaign.events.registering import cancel_registration
from campaign.events.reminders import DAY_REMINDER, HOURS_REMINDER
from campaign.extensions import write
from campaign.process.clock import utcnow
from tests.factories.events import come, event_now, make_event, move, registration, registrations
from tests.factories.signatures import queued_emails

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("awkward_time")]

HOUR = timedelta(hours=1)


def remind(now):
    """Return the kinds of the emails that this run queues."""
    before = len(queued_emails())
    write(jobs.remind, now=now)
    return [item[0] for item in queued_emails()[before:]]


def test_attendees_are_reminded_once_a_day_and_once_two_hours_before(app):
    event = make_event(capacity=1)
    come(event, "a")
    come(event, "waits")
    starts = event.starts_at
    assert remind(starts - 25 * HOUR) == []
    assert remind(starts - 23 * HOUR) == [DAY_REMINDER]
    assert remind(starts - 22 * HOUR) == []
    assert remind(starts - 1.9 * HOUR) == [HOURS_REMINDER]
    assert remind(starts - HOUR) == []
    assert remind(starts + HOUR) == []


def test_worker_that_was_down_sends_one_reminder_and_not_two(app):
    event = make_event()
    come(event)
    assert remind(event.starts_at - HOUR) == [HOURS_REMINDER]
    assert remind(event.starts_at - HOUR / 2) == []


@pytest.mark.parametrize(("hours", "reminders"), [(48, 2), (20, 1), (1, 0)])
def test_late_registration_gets_no_reminder_of_what_was_just_done(app, hours, reminders):
    event = make_event()
    come(event, now=event.starts_at - hours * HOUR)
    sent = remind(event.starts_at - 10 * HOUR) if hours > 10 else []
    assert len(sent + remind(event.starts_at - HOUR / 2)) == reminders


def test_new_time_is_reminded_of_again(app):
    event = make_event()
    come(event)
    assert remind(event.starts_at - 20 * HOUR) == [DAY_REMINDER]
    week = timedelta(days=7)
    later = Hours(event.starts_local + week, event.ends_local + week, event.zone)
    write(change_event, event.id, now=utcnow(), hours=later)
    assert remind(event_now(event).starts_at - 20 * HOUR) == [DAY_REMINDER]


def test_registrations_are_erased_some_days_after_and_the_attendance_stays(app):
    event = make_event()
    first = come(event, seats=3)
    come(event, "absent")
    write(check_in, event.id, code=registration(first).code, now=utcnow())
    over = event.ends_at
    assert write(jobs.forget, now=over + timedelta(days=29), days=30, unconfirmed_days=14) == 0
    assert write(jobs.forget, now=over + timedelta(days=31), days=30, unconfirmed_days=14) == 2
    assert registrations() == []
    assert event_now(event).attendance == 3
    assert write(jobs.forget, now=over + timedelta(days=32), days=30, unconfirmed_days=14) == 0
    assert event_now(event).attendance == 3


def test_cancelled_registration_is_erased_before_its_event(app):
    event = make_event(days=300)
    gone, stays = come(event, "gone"), come(event, "stays")
    write(cancel_registration, gone, now=utcnow())
    assert write(jobs.forget, now=utcnow() + timedelta(days=31), days=30, unconfirmed_days=14) == 1
    assert [registration.id for registration in registrations()] == [stays]
    # The link of the erased registration must never open another one.
    assert come(event, "next") > stays > gone


def test_event_keeps_its_local_time_when_a_state_changes_its_clocks(app):
    event = make_event()
    was = event.starts_at
    move(event, starts_at=was + HOUR)
    assert write(jobs.realign, now=utcnow()) == 1
    assert event_now(event).starts_at == was
    assert event_now(event).sequence == 1
    assert write(jobs.realign, now=utcnow()) == 0
