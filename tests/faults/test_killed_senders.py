"""Tests of workers that are killed while they send emails."""

import time
from collections import Counter

import pytest

from campaign.jobs.operations import CLAIM_LIFETIME
from tests.faults.mail_workers import count, worker_of
from tests.faults.running_site import sign, wait_until

PEOPLE = 40
MAX_TAKEOVER_SECONDS = 15
QUEUED = "select count(*) from outbox_message where state = 'owed'"


@pytest.mark.slow
def test_other_worker_takes_over_within_15_seconds_and_repeats_nothing_that_was_answered(
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
            killed_at = time.monotonic()
            first.kill()
            wait_until(lambda: all(script.attempts.count(person) == 2 for person in unanswered))
            seconds = time.monotonic() - killed_at
            script.thinks_about.clear()
            wait_until(lambda: count(site, QUEUED) == 0)
    assert Counter(script.recipients) == Counter(people)
    assert seconds < MAX_TAKEOVER_SECONDS
