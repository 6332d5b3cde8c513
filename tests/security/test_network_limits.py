"""Tests of limits per network, however it splits its addresses."""

import pytest
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from campaign.security.network_limits import NetworkLimit


@pytest.fixture
def limit():
    return NetworkLimit(
        FixedWindowRateLimiter(MemoryStorage()), RateLimitItemPerHour(3), b"k" * 32, "test"
    )


def admitted(limit, addresses):
    return sum(limit.hit(address) for address in addresses)


def test_one_address_has_its_allowance(limit):
    assert admitted(limit, ["192.0.2.1"] * 5) == 3
    assert limit.window("192.0.2.1")[0] == 0
    assert admitted(limit, ["192.0.2.2"]) == 1


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([f"2001:db8:0:1::{host:x}" for host in range(100)], 3),
        ([f"2001:db8:0:{network:x}::1" for network in range(100)], 12),
        ([f"2001:db8:0:{network << 8:x}::1" for network in range(100)], 48),
    ],
)
def test_many_networks_of_one_owner_share_an_allowance(limit, addresses, most):
    assert admitted(limit, addresses) == most


def test_networks_outside_a_48_are_not_counted_together(limit):
    assert admitted(limit, [f"2001:db8:{site:x}:1::1" for site in range(100)]) == 100
