"""Share how tests let the worker tell people, and read which emails left."""

import email
from email.policy import default

from sqlalchemy import func, select

from campaign.answers import telling as operations
from campaign.extensions import db
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from tests.factories.jobs import run_jobs
from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to

KINDS = (operations.EMAIL, operations.RESULT_EMAIL)


def tell_all(now=None):
    """Let the worker enqueue everything due; return how many emails that made."""
    before = queued()
    run_jobs(operations.JOB, now=now)
    return queued() - before


def queued():
    """Return how many emails about answers and results were enqueued."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(OutboxMessage.kind.in_(KINDS)))


def delivered(app, script=None):
    """Let the outbox worker deliver everything queued; return the addresses that were told."""
    script = script or Script()
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as outbox_worker:
        while outbox_worker.deliver_due(now=utcnow()):
            pass
    return sorted(to for to, content in script.received if b"signatures/answers/" in content)


def parsed(script):
    """Return the only email that has a link to stop these emails."""
    [content] = [content for _to, content in script.received if b"List-Unsubscribe-Post" in content]
    return email.message_from_bytes(content, policy=default)
