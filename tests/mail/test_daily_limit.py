"""Tests of the daily limit per address: emails beyond it wait and are not lost."""

from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.mail.composition import Message
from campaign.mail.delivery.daily_limit import DailyLimit
from campaign.mail.delivery.outbox_worker import OutboxWorker
from campaign.mail.operations import DAILY_LIMIT_REACHED
from campaign.mail.renderers import bound_kinds, names_of, register, renderers_of
from campaign.mail.smtp.transport import transport_from
from campaign.process.clock import utcnow
from tests.mail.messages import KIND, SETTINGS, digest_of, message, outbox_rows, person, queue_some

pytestmark = pytest.mark.usefixtures("app")

MAX = 3


@pytest.fixture
def limit(tmp_path):
    return DailyLimit(
        {
            "REDIS_URL": "",
            "VAR_DIR": str(tmp_path),
            "SECRET_KEY": "k" * 32,
        },
        max_per_day=lambda: MAX,
    )


@pytest.fixture
def limited_worker(server_url, limit):
    """Return a function that makes a worker. Only the kind `other` has other recipients."""

    def make(bound=(KIND,)):
        def render(row):
            name = person(row.subject_id if row.kind == "other" else 1)
            return message(to=name, digest=digest_of(name))

        return OutboxWorker(
            renderers={KIND: render, "other": render},
            transports=[transport_from(server_url, None, timeout=5.0)],
            write=write,
            settings=SETTINGS,
            limit=limit,
            bound_kinds=bound,
        )

    return make


def test_emails_beyond_the_daily_limit_wait_for_the_next_day(script, limited_worker):
    queue_some(30)
    now = utcnow()
    limited_worker().deliver_due(now=now)
    assert len(script.received) == MAX
    waiting = [row for row in outbox_rows() if row.state == "owed"]
    assert len(waiting) == 30 - MAX
    assert {(entry.attempts, entry.last_error, entry.locked_until) for entry in waiting} == {
        (0, DAILY_LIMIT_REACHED, None)
    }
    assert all(
        now + timedelta(hours=23) < entry.due_at <= now + timedelta(days=1, minutes=1)
        for entry in waiting
    )


def test_count_continues_across_passes_and_workers(script, limited_worker):
    for _ in range(5):
        queue_some(1)
        limited_worker().deliver_due(now=utcnow())
    assert len(script.received) == MAX


def test_other_addresses_and_other_kinds_are_not_delayed(script, limited_worker):
    queue_some(5)
    queue_some(5, kind="other")
    limited_worker().deliver_due(now=utcnow())
    assert len(script.received) == MAX + 5
    script.received.clear()
    queue_some(MAX + 2)
    limited_worker(bound=()).deliver_due(now=utcnow())
    assert len(script.received) == MAX + 2


def test_deferred_email_does_not_use_up_the_limit(script, limited_worker, limit):
    script.to[person(1)] = ["451 4.7.1 later"]
    queue_some(MAX)
    limited_worker().deliver_due(now=utcnow())
    assert limit.allows_more(digest_of(person(1)), MAX - 1)


def test_every_email_that_a_stranger_can_cause_is_counted(app):
    assert bound_kinds(app) >= {
        *(
            "signature_confirmation",
            "signature_form_confirmation",
            "signature_reminder",
            "signature_last_reminder",
        ),
        *("signature_repeat", "signature_passed_on", "subscription_confirmation"),
        *("registration_confirmation", "registration_repeat"),
    }
    assert "update_letter" not in bound_kinds(app)
    assert bound_kinds(app) <= renderers_of(app).keys() == names_of(app).keys()


def test_kind_is_limited_by_its_registration(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "mail_bound_kinds", set())
    monkeypatch.setitem(app.extensions, "mail_renderers", {})
    monkeypatch.setitem(app.extensions, "mail_names", {})
    register(app, "free", Message)
    register(app, "bound", Message, is_bound=True)
    assert bound_kinds(app) == {"bound"}
