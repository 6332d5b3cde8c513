"""Tests of workers that are killed while they send emails."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

import config
from campaign import create_app
from campaign.extensions import db
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail.models import IS_QUEUED, OutboxMessage
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.letter_rows import make_letter_action, make_letters, make_targets
from tests.faults.mail_workers import count, worker_of
from tests.faults.records import query_rows
from tests.faults.running_site import STOP_SECONDS, sign, wait_until

PEOPLE = 40
TARGETS = 12
# Another worker takes over within fifteen seconds: it looks for what is due every second or two.
MAX_TAKEOVER = timedelta(seconds=15)
MAX_LOOK = timedelta(seconds=3)
QUEUED = "select count(*) from outbox_message where state = 'owed'"


@pytest.mark.one_database
@pytest.mark.slow
def test_other_worker_takes_over_within_15_seconds_and_repeats_no_answered_email(
    mailing_site,
):
    site, script = mailing_site
    people = [f"person{number}@example.org" for number in range(PEOPLE)]
    unanswered = {people[3], people[20]}
    script.thinks_about.update(unanswered)
    for person in people:
        assert sign(site.url, person) == 201
    with worker_of(site) as first:
        wait_until(lambda: unanswered <= set(script.attempts) and count(site, QUEUED) == 2)
        with worker_of(site):
            # Its claims are renewed for as long as the mail server does not answer.
            time.sleep(2 * CLAIM_LIFETIME.total_seconds())
            assert Counter(script.attempts) == Counter(people)
            first.kill()
            first.wait(STOP_SECONDS)
            # Not how long it takes, which depends on the machine, but what it waits for.
            ends = claim_ends(site)
            assert len(ends) == 2
            assert max(ends) - utcnow() <= MAX_TAKEOVER - MAX_LOOK
            wait_until(lambda: all(script.attempts.count(person) == 2 for person in unanswered))
            script.thinks_about.clear()
            wait_until(lambda: count(site, QUEUED) == 0)
    assert Counter(script.recipients) == Counter(people)


def claim_ends(site):
    """Return until when the database says that each email in the queue is claimed."""
    query = select(OutboxMessage.locked_until).where(IS_QUEUED)
    return [row.locked_until for row in query_rows(site, query)]


def zone_at_noon():
    """Return a time zone in which it is about noon, because letters do not leave at night."""
    ahead = 12 - utcnow().hour
    # These names have the opposite sign: Etc/GMT-2 is two hours ahead.
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


@pytest.mark.one_database
@pytest.mark.slow
def test_killed_sender_of_letters_repeats_none_that_was_answered(mailing_site):
    site, script = mailing_site
    with create_app(config.load(site.environment)).app_context():
        action = make_letter_action(settings={"max_per_hour": 60}, cause_id=make_cause("law").id)
        targets = make_targets(action, TARGETS, time_zone=zone_at_noon())
        for target in targets:
            make_letters(action, target, 1)
        db.session.remove()
        db.engine.dispose()
    addresses = [f"target{number}@office{number}.example" for number in range(TARGETS)]
    unanswered = {addresses[3], addresses[7]}
    script.thinks_about.update(unanswered)
    queued = "select count(*) from letter where state = 'queued'"
    with worker_of(site) as first:
        wait_until(lambda: set(script.attempts) == set(addresses) and count(site, queued) == 2)
        first.kill()
        script.thinks_about.clear()
        with worker_of(site):
            wait_until(lambda: count(site, queued) == 0)
    assert count(site, "select count(*) from letter where state = 'sent'") == TARGETS
    tries = Counter(script.attempts)
    assert {address for address in addresses if tries[address] > 1} <= unanswered
    assert set(script.recipients) == set(addresses)
