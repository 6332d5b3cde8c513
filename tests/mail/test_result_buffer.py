"""Tests of what a sudden death of the worker may repeat."""

from datetime import timedelta
from email import message_from_bytes

import pytest

from campaign.extensions import write
from campaign.mail import result_buffer
from campaign.process.clock import utcnow
from tests.mail.letters import owe_some, states
from tests.mail.postmen import postman_to

pytestmark = pytest.mark.both_databases

AFTER_LOCK = timedelta(minutes=3)


def test_email_of_a_dead_worker_is_sent_after_its_lock_with_the_same_message_id(
    app, script, server_url
):
    owe_some(1)

    def dies(operation, *arguments, **named):
        if operation is result_buffer._write_down:
            raise SystemExit
        return write(operation, *arguments, **named)

    with pytest.raises(SystemExit), postman_to(server_url, write=dies) as postman:
        postman.deliver_due(now=utcnow())
    assert states() == ["owed"]
    with postman_to(server_url) as postman:
        assert postman.deliver_due(now=utcnow()) == 0
        assert postman.deliver_due(now=utcnow() + AFTER_LOCK) == 1
    first, second = (message_from_bytes(data)["Message-ID"] for _, data in script.received)
    assert first == second
    assert states() == ["sent"]


def test_crash_repeats_at_most_twenty_five_results_and_what_is_in_progress(app, script, server_url):
    owe_some(60)
    written = []

    def notes(operation, *arguments, **named):
        if operation is result_buffer._write_down:
            written.append(len(arguments[0]))
        return write(operation, *arguments, **named)

    with postman_to(server_url, write=notes) as postman:
        postman.deliver_due(now=utcnow())
    assert sum(written) == 60
    assert max(written) <= 25
