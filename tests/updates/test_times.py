"""Tests, to the second over a clock change, of when updates and their mailings start."""

from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.updates import jobs
from campaign.updates import mailing as mailings
from tests.factories.causes import make_cause
from tests.factories.jobs import run_jobs
from tests.factories.subscriptions import email_states, subscribe
from tests.factories.updates import make_update, update_now

pytestmark = pytest.mark.usefixtures("awkward_time")

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def cause(app, awkward_time):
    """A cause with one reader of its updates."""
    cause = make_cause()
    subscribe(cause_id=cause.id, now=awkward_time - DAY)
    return cause


def sent(now):
    """Return how many emails the worker enqueues at `now`."""
    before = len(email_states(mailings.EMAIL))
    run_jobs(mailings.JOB, now=now)
    return len(email_states(mailings.EMAIL)) - before


def test_mailing_begins_at_the_time_set_for_it(cause, awkward_time):
    starts = awkward_time + 6 * HOUR
    write(
        mailings.plan_mailing,
        update_id=make_update(cause_id=cause.id).id,
        now=awkward_time,
        starts_at=starts,
    )
    assert sent(starts - SECOND) == 0
    assert sent(starts) == 1


def test_mailing_planned_with_an_update_waits_until_it_is_published(cause, awkward_time, client):
    out = awkward_time + 3 * HOUR
    update = make_update(cause_id=cause.id, draft=True)
    write(
        mailings.publish_and_mail, update_id=update.id, now=awkward_time, publish_at=out, mails=True
    )
    assert client.get("/en/updates/answer").status_code == 404
    assert update_now().phase(out - SECOND) != "public"
    assert sent(out - SECOND) == 0
    assert update_now().phase(out) == "public"
    assert sent(out) == 1


def test_limit_per_minute_lets_the_next_go_a_minute_later(cause, awkward_time):
    subscribe("odile", cause_id=cause.id, now=awkward_time - DAY)
    write(
        mailings.plan_mailing,
        update_id=make_update(cause_id=cause.id).id,
        now=awkward_time,
        per_minute=1,
    )
    assert sent(awkward_time) == 1
    assert sent(awkward_time + mailings.MINUTE - SECOND) == 0
    assert sent(awkward_time + mailings.MINUTE) == 1


def test_weekly_email_goes_seven_days_after_the_last(app, awkward_time):
    cause = make_cause()
    began = awkward_time - jobs.WEEK
    subscribe(cause_id=cause.id, now=began, frequency="weekly")
    write(
        mailings.plan_mailing, update_id=make_update(cause_id=cause.id).id, now=awkward_time - DAY
    )
    assert write(jobs.send_digests, now=awkward_time - SECOND) == 0
    assert write(jobs.send_digests, now=awkward_time) == 1
    assert write(jobs.send_digests, now=awkward_time) == 0
