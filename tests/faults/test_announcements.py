"""Tests of announcing an answer while workers die, decisions change and others sign."""

import pytest

from campaign.mail.bulk.sending import SENDING_WAITS
from campaign.mail.delivery.sender_pool import BEGUN_PER_CONNECTION
from campaign.mail.operations import MAY_HAVE_ARRIVED
from tests.factories.announcements import address
from tests.faults.mail_workers import count, worker_of
from tests.faults.records import query_rows
from tests.faults.running_site import (
    PETITION,
    START_SECONDS,
    STOP_SECONDS,
    Crowd,
    sign,
    signers,
    wait_until,
)

pytestmark = pytest.mark.slow

PEOPLE = 1000
# With the default of MAIL_CONNECTIONS.
MAX_UNCERTAIN = 4 * BEGUN_PER_CONNECTION
EMAILED = "select emailed from answer_telling"
STATE = "select state from answer_telling"
QUEUED = "select count(*) from outbox_message where state = 'owed'"
NOT_WAITING = (
    "select count(*) from outbox_message"
    f" where state = 'owed' and (locked_until is not null or last_error <> '{SENDING_WAITS}')"
)
EMAILS = "select count(*) from outbox_message where kind = 'answer_published'"
NOT_SENT = f"{EMAILS} and state <> 'sent'"
UNCERTAIN = f"{EMAILS} and state = 'failed' and last_error = '{MAY_HAVE_ARRIVED}'"


@pytest.fixture
def announcement_site(mailing_site):
    """The site whose worker has not begun to tell 1,000 people, and its mail server's Script."""
    site, script = mailing_site
    begun = site.open("-m", "tests.faults.begin_announcement", PETITION, PEOPLE, log="begin.log")
    assert begun.wait(START_SECONDS) == 0, (site.var / "begin.log").read_text()
    return site, script


def is_done(site):
    return count(site, STATE) != "sending" and count(site, QUEUED) == 0


def everyone_is_told_once(site):
    """Return whether the outbox has exactly one email for each of the people."""
    [row] = query_rows(
        site,
        "select count(*) as emails, count(distinct subject_id) as receipts from outbox_message"
        " where kind = 'answer_published'",
    )
    digests = count(site, "select count(distinct email_digest) from answer_receipt")
    return (row.emails, row.receipts, digests, count(site, EMAILED)) == (PEOPLE,) * 4


@pytest.mark.one_database
def test_killed_worker_tells_nobody_twice_and_confirmations_go_first(announcement_site):
    site, script = announcement_site
    # A slow server, so that something is queued when the worker dies.
    script.data_seconds = 0.02
    with Crowd(signers(site, "early", limit=30), threads=2) as crowd, worker_of(site) as worker:
        wait_until(lambda: count(site, EMAILED) >= 400 and len(crowd.acknowledged) == 30)
        worker.kill()
        worker.wait(STOP_SECONDS)
    assert 0 < count(site, QUEUED)
    assert count(site, EMAILED) < PEOPLE
    # What the dead worker had claimed is free, and so are the emails to those who sign now.
    query_rows(site, "update outbox_message set locked_until = null where state = 'owed'")
    late = [f"late{number}@example.org" for number in range(5)]
    for person in late:
        assert sign(site.url, person) == 201
    before = len(script.attempts)
    with worker_of(site):
        wait_until(lambda: set(late) <= set(script.attempts))
        first_bulk = next(
            (
                place
                for place, person in enumerate(script.attempts[before:])
                if person.startswith("asker")
            ),
            len(script.attempts),
        )
        assert set(late) <= set(script.attempts[before : before + first_bulk])
        script.data_seconds = 0.0
        wait_until(lambda: is_done(site))
    assert count(site, STATE) == "done"
    assert everyone_is_told_once(site)
    told = [person for person in script.recipients if person.startswith("asker")]
    assert len(told) == len(set(told))
    # Of each email that was being sent when the worker died, nobody knows whether it arrived.
    missing = PEOPLE - len(told)
    assert missing <= count(site, UNCERTAIN) <= MAX_UNCERTAIN
    assert count(site, NOT_SENT) == count(site, UNCERTAIN)


@pytest.mark.one_database
def test_two_workers_at_once_tell_everyone_once(announcement_site):
    site, script = announcement_site
    with worker_of(site), worker_of(site):
        wait_until(lambda: is_done(site))
    assert everyone_is_told_once(site)
    emailed = [person for person in script.recipients if person.startswith("asker")]
    assert sorted(emailed) == sorted(address(number) for number in range(PEOPLE))


@pytest.mark.one_database
def test_answer_withdrawn_in_the_middle_stops_the_rest_until_it_is_public_again(announcement_site):
    site, script = announcement_site
    script.data_seconds = 0.01
    with worker_of(site):
        wait_until(lambda: count(site, EMAILED) >= 200)
        query_rows(site, "update answer set state = 'withdrawn'")
        script.data_seconds = 0.0
        wait_until(lambda: count(site, STATE) == "paused" and count(site, NOT_WAITING) == 0)
    emailed = count(site, EMAILED)
    assert emailed < PEOPLE
    assert count(site, EMAILS) == emailed
    sent = {person for person in script.recipients if person.startswith("asker")}
    assert len(sent) == emailed - count(site, QUEUED)
    # What an organizer does: publish it again, and resume.
    query_rows(site, "update answer set state = 'published'")
    resumed = site.open("-m", "tests.faults.resume_announcement", log="resume.log")
    assert resumed.wait(START_SECONDS) == 0, (site.var / "resume.log").read_text()
    with worker_of(site):
        wait_until(lambda: is_done(site))
    assert everyone_is_told_once(site)
    assert {address(number) for number in range(PEOPLE)} <= set(script.recipients)


@pytest.mark.one_database
def test_people_who_stop_in_the_middle_are_not_told(announcement_site):
    site, script = announcement_site
    script.data_seconds = 0.01
    with worker_of(site):
        wait_until(lambda: count(site, EMAILED) >= 200)
        # The last hundred have no email yet: at most 600 wait, and the server is slow.
        stopped = [address(number) for number in range(PEOPLE - 100, PEOPLE)]
        people = ", ".join(f"'{person}'" for person in stopped)
        query_rows(site, f"update signature set tell_answer = false where email in ({people})")
        script.data_seconds = 0.0
        wait_until(lambda: is_done(site))
    assert count(site, STATE) == "done"
    emailed = {person for person in script.recipients if person.startswith("asker")}
    assert emailed == {address(number) for number in range(PEOPLE - 100)}
