"""Tests of queueing email, and of a queued message's life cycle."""

import itertools
import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail import operations
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import (
    MAX_ATTEMPTS,
    claim,
    drop,
    enqueue,
    mark_sent,
    release,
    reschedule,
)
from campaign.process.clock import utcnow
from tests.mail.messages import digest_of, outbox_rows, queue_some, states

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def claim_now(limit=100, later=timedelta(0)):
    return write(claim, limit=limit, now=utcnow() + later)


def test_queued_email_can_be_claimed_at_once(app):
    queue_some(2)
    assert [(row.kind, row.subject_id, row.lang) for row in claim_now()] == [
        ("greeting", 1, "en"),
        ("greeting", 2, "en"),
    ]


def test_email_for_later_is_not_claimed_before_its_time(app):
    queue_some(1, due_at=utcnow() + 5 * MINUTE)
    assert claim_now() == []
    assert len(claim_now(later=6 * MINUTE)) == 1


def test_email_queued_in_a_failed_transaction_is_not_queued(app):
    def fail():
        enqueue(kind="greeting", subject_id=1, lang="en")
        raise KeyError

    with pytest.raises(KeyError):
        write(fail)
    assert outbox_rows() == []


def test_claimed_message_is_claimed_again_within_fifteen_seconds(app):
    queue_some(1)
    assert len(claim_now()) == 1
    assert claim_now(later=CLAIM_LIFETIME - 2 * SECOND) == []
    assert [row.attempts for row in claim_now(later=15 * SECOND)] == [2]


def test_renewed_message_stays_claimed_by_the_databases_clock(app):
    queue_some(2)
    [first, second] = claim_now(limit=2)
    write(operations.release, [second.id])
    write(expire_claims)
    write(operations.renew, [first.id, second.id])
    assert [row.id for row in claim_now(limit=2)] == [second.id]


def expire_claims():
    held = OutboxMessage.locked_until.is_not(None)
    db.session.execute(update(OutboxMessage).where(held).values(locked_until=utcnow()))


def test_oldest_message_is_claimed_first(app):
    now = utcnow()
    for minutes in (1, 3, 2):
        queue_some(1, due_at=now - minutes * MINUTE, kind=f"due-{minutes}")
    assert [row.kind for row in claim_now(limit=2)] == ["due-3", "due-2"]


def test_concurrent_claimers_never_get_the_same_row(app):
    queue_some(120)
    claimed = []

    def claim_all():
        with app.app_context():
            while rows := claim_now(limit=7):
                claimed.extend(row.id for row in rows)

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(row.id for row in outbox_rows())


@pytest.mark.parametrize(
    ("close", "state"), [(lambda ids: mark_sent(ids, now=utcnow()), "sent"), (drop, "dropped")]
)
def test_closed_email_is_never_claimed_again(app, close, state):
    queue_some(1)
    write(close, [row.id for row in claim_now()])
    assert states() == [state]
    assert claim_now(later=60 * MINUTE) == []


def test_deferred_email_backs_off_and_fails_in_the_end(app):
    queue_some(1)
    delays = []
    for _ in range(MAX_ATTEMPTS):
        now = outbox_rows()[0].due_at
        [row] = write(claim, limit=1, now=now)
        write(reschedule, row.id, error="451 4.7.1", now=now)
        delays.append((outbox_rows()[0].due_at - now).total_seconds())
    assert delays.pop() == 0
    assert 24 <= delays[0] <= 36
    assert all(later > sooner for sooner, later in itertools.pairwise(delays[:5]))
    assert max(delays) <= 1.2 * 6 * 3600
    assert states() == ["failed"]
    assert outbox_rows()[0].last_error == "451 4.7.1"


def test_released_email_has_lost_no_attempt(app):
    queue_some(1)
    write(release, [row.id for row in claim_now()])
    assert [row.attempts for row in claim_now()] == [1]


def test_long_error_is_cut_to_fit(app):
    queue_some(1)
    [row] = claim_now()
    write(reschedule, row.id, error="x" * 900, now=utcnow())
    assert outbox_rows()[0].last_error == "x" * 200


def test_address_refused_twice_is_remembered_once(app):
    wrong, right = digest_of("wrong@correo.mx"), digest_of("right@correo.mx")
    for reason in ("550 5.1.1", "550 5.1.2"):
        write(operations.refuse_address, wrong, reason=reason, now=utcnow())
    assert operations.refused_among([wrong, right]) == {wrong}
    db.session.rollback()
