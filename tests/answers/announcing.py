"""Share how tests let the worker tell people, and read which emails left."""

import email
import re
from email.policy import default

from sqlalchemy import func, select

from campaign.answers import announcements as operations
from campaign.extensions import db
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from tests.factories.jobs import run_jobs
from tests.factories.signatures import AMALIA, row
from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to

KINDS = (operations.EMAIL, operations.RESULT_EMAIL)


def announce_all(now=None):
    """Let the worker enqueue everything due. Return how many emails that made."""
    before = queued()
    run_jobs(operations.JOB, now=now)
    return queued() - before


def queued():
    """Return how many emails about answers and results were enqueued."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(OutboxMessage.kind.in_(KINDS)))


def delivered(app, script=None, *, now=None):
    """Let the outbox worker deliver everything due. Return the addresses that were told."""
    script = script or Script()
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as outbox_worker:
        while outbox_worker.deliver_due(now=now or utcnow()):
            pass
    return sorted(to for to, content in script.received if b"signatures/answers/" in content)


def parsed(script):
    """Return the only email that has a link to stop these emails."""
    [content] = [content for _to, content in script.received if b"List-Unsubscribe-Post" in content]
    return email.message_from_bytes(content, policy=default)


def announced_by_email(app, client, signature_id):
    """Tell AMALIA, who signed. Return the text and the HTML of her email.

    It has what each bulk email needs: its list, its language, working links, and one-click
    unsubscribing.
    """
    announce_all()
    script = Script()
    assert delivered(app, script) == [AMALIA["email"]]
    message, signature = parsed(script), row(signature_id)
    petition, lang = petition_by_id(signature.petition_id), signature.lang
    assert message["List-Id"] == f"<answers-{petition.slug}.localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == lang
    assert petition.current_version.text(lang, "en").title in message["Subject"]
    stop = message["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert text.count(stop) == 1
    assert "<img" not in html and "<script" not in html
    assert AMALIA["given_name"] not in text
    for link in set(re.findall(r'href="http://localhost([^"]+)"', html)):
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link
    assert row(signature_id).tell_answer is True
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert row(signature_id).tell_answer is False
    return text, html
