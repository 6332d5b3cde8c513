"""Tests of keyed digests of names and of IP addresses."""

import hmac
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.security.digests import DIGEST_BYTES, address_digest, is_local, keyed_digest

bounded = settings(deadline=None, max_examples=100)
KEY = b"k" * 32


def test_digest_is_the_first_half_of_hmac_sha256_over_purpose_and_text():
    full_digest = hmac.new(KEY, b"email\0amalia@correo.mx", "sha256").digest()
    assert keyed_digest(KEY, "email", "amalia@correo.mx") == full_digest[:16]
    assert DIGEST_BYTES == 16


def test_another_key_purpose_or_text_gives_another_digest():
    digests = {
        keyed_digest(KEY, "email", "amalia"),
        keyed_digest(b"x" * 32, "email", "amalia"),
        keyed_digest(KEY, "person", "amalia"),
        keyed_digest(KEY, "email", "amaliA"),
        keyed_digest(KEY, "emaila", "malia"),
    }
    assert len(digests) == 5


@bounded
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_same_text_has_the_same_digest(text):
    assert keyed_digest(KEY, "email", text) == keyed_digest(KEY, "email", text)


def test_ipv6_household_has_one_digest():
    one = address_digest(KEY, "2001:db8:1:2:aaaa::1")
    assert address_digest(KEY, "2001:DB8:1:2::ffff") == one
    assert address_digest(KEY, "2001:db8:1:2::1%eth0") == one
    assert address_digest(KEY, "2001:db8:1:3::1") != one


def test_ipv4_counts_whole_and_a_dual_stack_socket_changes_nothing():
    one = address_digest(KEY, "192.0.2.1")
    assert address_digest(KEY, "::ffff:192.0.2.1") == one
    assert address_digest(KEY, "192.0.2.2") != one


@bounded
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_lower_half_of_ipv6_never_counts(network, one, other):
    if network == 0:
        return  # These are the IPv4-mapped addresses, which count whole.
    digests = {address_digest(KEY, str(IPv6Address(network << 64 | host))) for host in (one, other)}
    assert len(digests) == 1


@bounded
@given(st.ip_addresses(v=4))
def test_every_ipv4_address_equals_its_mapped_form(ip):
    mapped = str(IPv6Address(0xFFFF << 32 | int(IPv4Address(ip))))
    assert address_digest(KEY, str(ip)) == address_digest(KEY, mapped)


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_address_is_local(ip):
    assert is_local(ip) is True


@pytest.mark.parametrize("ip", ["192.168.0.1", "10.0.0.1", "::", "fe80::1", "8.8.8.8"])
def test_neighbouring_address_is_not_local(ip):
    assert is_local(ip) is False


@pytest.mark.parametrize("ip", ["", "localhost", "1.2.3", "unix:"])
def test_invalid_address_is_refused(ip):
    with pytest.raises(ValueError, match="address"):
        address_digest(KEY, ip)
    with pytest.raises(ValueError, match="address"):
        is_local(ip)
