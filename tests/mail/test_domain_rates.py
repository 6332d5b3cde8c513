"""Tests of how many emails a receiving domain gets."""

from datetime import timedelta

import pytest
from limits.storage import MemoryStorage

from campaign.mail.delivery import domain_rates
from campaign.mail.delivery.domain_rates import DomainRates
from campaign.process.clock import utcnow
from campaign.security.rate_limits import RateLimiter
from tests.mail.messages import KIND, message, outbox_rows, queue_some, states
from tests.mail.workers import worker_to


@pytest.fixture
def clock(monkeypatch):
    """The monotonic clock, which stands still unless a test moves it."""
    now = [1000.0]
    monkeypatch.setattr(domain_rates, "monotonic", lambda: now[0])
    return now


def make_rates(**rates):
    return DomainRates(
        {"*" if name == "others" else f"{name}.example": rate for name, rate in rates.items()},
        RateLimiter(MemoryStorage(), b"key"),
    )


def recipient(row):
    return message(to=f"person{row.subject_id}@{'big' if row.subject_id <= 6 else 'small'}.example")


def test_domain_without_a_rate_never_waits():
    rates = make_rates(big="1/minute")
    assert {rates.seconds_to_wait("small.example") for _ in range(50)} == {0.0}


def test_emails_above_the_rate_are_due_one_after_the_other(clock):
    rates = make_rates(big="2/minute")
    waits = [rates.seconds_to_wait("big.example") for _ in range(5)]
    assert waits == [0, 0, 30, 60, 90]


def test_rate_of_all_others_holds_for_each_of_them(clock):
    rates = make_rates(big="2/minute", others="1/minute")
    waits = [
        rates.seconds_to_wait(f"{name}.example") for name in ("big", "big", "one", "two", "one")
    ]
    assert waits == [0, 0, 0, 0, 60]


def test_pause_doubles_until_the_domain_has_accepted_for_long(clock):
    rates, pauses = make_rates(), []
    for _ in range(3):
        rates.pause("big.example")
        rates.pause("big.example")
        pauses.append(rates.seconds_to_wait("big.example"))
        clock[0] += 2000
        assert rates.seconds_to_wait("big.example") == 0
    assert pauses == [61, 121, 241]
    clock[0] += domain_rates.FORGET_SECONDS + 1000
    rates.pause("big.example")
    assert rates.seconds_to_wait("big.example") == 61


@pytest.mark.both_databases
def test_emails_above_a_rate_wait_and_delay_no_other_domain(app, script, server_url):
    queue_some(8)
    rates = make_rates(big="2/hour")
    with worker_to(server_url, renderers={KIND: recipient}, rates=rates) as outbox_worker:
        assert outbox_worker.deliver_due(now=utcnow()) == 8
        assert outbox_worker.deliver_due(now=utcnow()) == 0
    assert len(script.received) == 4
    waiting = [row for row in outbox_rows() if row.state == "owed"]
    assert {row.attempts for row in waiting} == {0}
    waits = [(row.due_at - utcnow()) / timedelta(minutes=1) for row in waiting]
    assert [round(wait) for wait in waits] == [30, 60, 90, 120]


@pytest.mark.both_databases
def test_domain_that_wants_fewer_emails_pauses_alone(app, script, server_url):
    script.to["person1@big.example"] = ["451 4.7.1 too many messages, slow down"]
    queue_some(8)
    with worker_to(server_url, renderers={KIND: recipient}, rates=make_rates()) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
        assert outbox_worker.deliver_due(now=utcnow()) == 0
    assert script.attempts == [
        "person1@big.example",
        "person7@small.example",
        "person8@small.example",
    ]
    assert [row.attempts for row in outbox_rows()] == [1, 0, 0, 0, 0, 0, 1, 1]
    assert states() == ["owed"] * 6 + ["sent"] * 2


@pytest.mark.parametrize(
    "reply", ["452 4.2.2 mailbox full, too many messages", "451 4.7.1 greylisted, try again later"]
)
def test_reply_about_one_mailbox_slows_no_domain(app, script, server_url, reply):
    script.to["person1@big.example"] = [reply]
    queue_some(8)
    with worker_to(server_url, renderers={KIND: recipient}, rates=make_rates()) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
    assert len(script.received) == 7
