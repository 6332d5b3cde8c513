"""Tests of the rate limiter: limits per network, however it splits its addresses."""

import pytest
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage

from campaign.security.rate_limits import RateLimiter

THREE = RateLimitItemPerHour(3)


@pytest.fixture
def limiter():
    return RateLimiter(MemoryStorage(), b"k" * 32)


def admitted(limiter, addresses):
    return sum(limiter.hit_network(THREE, address, "test") for address in addresses)


def test_one_address_has_its_allowance(limiter):
    assert admitted(limiter, ["192.0.2.1"] * 5) == 3
    assert limiter.network_window(THREE, "192.0.2.1", "test").remaining == 0
    assert admitted(limiter, ["192.0.2.2"]) == 1


@pytest.mark.parametrize("ip", [None, "", "127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_not_counted(limiter, ip):
    assert admitted(limiter, [ip] * 5) == 5


def test_count_returns_how_many_there_were(limiter):
    assert [limiter.count(THREE, "test", "a") for _ in range(5)] == [1, 2, 3, 4, 5]
    assert limiter.count(THREE, "test", "b") == 1


def test_test_counts_nothing(limiter):
    assert all(limiter.test(THREE, "test") for _ in range(5))
    assert not limiter.test(THREE, "test", cost=4)
    assert [limiter.hit(THREE, "test") for _ in range(4)] == [True, True, True, False]
    assert limiter.window(THREE, "test").remaining == 0


@pytest.mark.parametrize(
    ("addresses", "allowed"),
    [
        ([f"2001:db8:0:1::{host:x}" for host in range(100)], 3),
        ([f"2001:db8:0:{network:x}::1" for network in range(100)], 12),
        ([f"2001:db8:0:{network << 8:x}::1" for network in range(100)], 48),
    ],
)
def test_many_networks_of_one_owner_share_an_allowance(limiter, addresses, allowed):
    assert admitted(limiter, addresses) == allowed


def test_networks_outside_a_48_are_not_counted_together(limiter):
    assert admitted(limiter, [f"2001:db8:{site:x}:1::1" for site in range(100)]) == 100
