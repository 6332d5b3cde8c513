"""Tests of what a sudden death of the worker may repeat."""

from datetime import timedelta
from email import message_from_bytes

import pytest

from campaign.extensions import write
from campaign.mail.delivery import result_buffer
from campaign.process.clock import utcnow
from tests.mail.messages import queue_some, states
from tests.mail.workers import worker_to

pytestmark = pytest.mark.both_databases

AFTER_LOCK = timedelta(minutes=3)


def test_email_of_a_dead_worker_is_sent_after_its_lock_with_the_same_message_id(
    app, script, server_url
):
    queue_some(1)

    def failing_write(operation, *arguments, **named):
        if operation is result_buffer._write_results:
            raise SystemExit
        return write(operation, *arguments, **named)

    with pytest.raises(SystemExit), worker_to(server_url, write=failing_write) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
    assert states() == ["owed"]
    with worker_to(server_url) as outbox_worker:
        assert outbox_worker.deliver_due(now=utcnow()) == 0
        assert outbox_worker.deliver_due(now=utcnow() + AFTER_LOCK) == 1
    first, second = (message_from_bytes(data)["Message-ID"] for _, data in script.received)
    assert first == second
    assert states() == ["sent"]


def test_crash_repeats_at_most_a_hundred_results_and_what_is_in_progress(app, script, server_url):
    queue_some(160)
    sizes = []

    def counting_write(operation, *arguments, **named):
        if operation is result_buffer._write_results:
            sizes.append(len(arguments[0]))
        return write(operation, *arguments, **named)

    with worker_to(server_url, write=counting_write) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
    assert sum(sizes) == 160
    assert max(sizes) <= 100
