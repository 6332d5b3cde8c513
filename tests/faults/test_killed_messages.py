"""Tests of a worker that is killed while it emails the people registered for an event."""

import pytest

from tests.faults.mail_workers import count, worker_of
from tests.faults.records import query_rows
from tests.faults.running_site import START_SECONDS, wait_until

# More than wait in the outbox at once, so that the worker is killed in the middle.
PEOPLE = 700
# Makes an event, registers people for it and begins to send a message to them.
BEGIN = f"""
from campaign import create_app
from campaign.causes.queries import causes_among
from campaign.events.codes import new_code
from campaign.events.messages.operations import send_message, write_message
from campaign.events.models import Registration
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.tokens import email_digest
from tests.factories.events import make_event

with create_app().app_context():
    event = make_event("faults", cause_id=causes_among(None)[0].id)
    rows = [
        Registration(
            event_id=event.id, state="registered", name="Guest", lang="en", code=new_code(),
            email=f"guest{{number}}@example.org", email_digest=email_digest(f"guest{{number}}@example.org"),
        )
        for number in range({PEOPLE})
    ]
    write(lambda: db.session.add_all(rows))
    texts = {{"en": {{"subject": "A new room", "body": "Blue."}}}}
    message = write(write_message, event_id=event.id, audience="registered", texts=texts, now=utcnow())
    write(send_message, message_id=message.id, version=None, now=utcnow())
"""
RECEIPTS = "select count(*) from event_message_receipt"
STATE = "select state from event_message"


@pytest.mark.one_database
@pytest.mark.slow
def test_worker_killed_in_the_middle_queues_each_email_once(mailing_site):
    site, _script = mailing_site
    begun = site.open("-c", BEGIN, log="begin.log")
    assert begun.wait(START_SECONDS) == 0, (site.var / "begin.log").read_text()
    with worker_of(site) as first:
        wait_until(lambda: 0 < count(site, RECEIPTS) < PEOPLE)
        first.kill()
    assert count(site, RECEIPTS) < PEOPLE
    with worker_of(site), worker_of(site):
        wait_until(lambda: count(site, STATE) == "done")
    queued = "select count(*) from outbox_message where kind = 'event_message'"
    assert count(site, queued) == count(site, RECEIPTS) == PEOPLE
    distinct = "select count(distinct registration_id) from event_message_receipt"
    assert count(site, distinct) == PEOPLE
    [(subjects,)] = query_rows(
        site, "select count(distinct subject_id) from outbox_message where kind = 'event_message'"
    )
    assert subjects == PEOPLE
