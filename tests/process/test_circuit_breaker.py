"""Tests of the pause after a service failed."""

import pytest

from campaign.process import circuit_breaker
from campaign.process.circuit_breaker import CircuitBreaker
from tests.security.clocks import Clock


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(circuit_breaker, "monotonic", clock.monotonic)
    return clock


@pytest.mark.usefixtures("clock")
def test_service_that_never_failed_is_used():
    assert not CircuitBreaker(5).is_open()


def test_service_is_used_again_after_the_pause(clock):
    breaker = CircuitBreaker(5)
    breaker.open()
    assert breaker.is_open()
    clock.now += 4.9
    assert breaker.is_open()
    clock.now += 0.1
    assert not breaker.is_open()


def test_each_failure_starts_a_new_pause(clock):
    breaker = CircuitBreaker(5)
    breaker.open()
    clock.now += 4
    breaker.open()
    clock.now += 4
    assert breaker.is_open()


@pytest.mark.usefixtures("clock")
def test_breaker_tells_the_latest_failure():
    breaker = CircuitBreaker(5)
    assert breaker.error is None
    first, second = OSError("first"), OSError("second")
    breaker.open(first)
    breaker.open(second)
    assert breaker.error is second
