"""Tests of sign-in rate limits: guessing is hopeless, and nobody can lock another person out."""

import pytest

from campaign.accounts.rate_limits import (
    REFUSED_AT_SITE,
    TooManyTries,
    admit_reset,
    admit_second_step,
    admit_sign_in,
    count_wrong_password,
)

ODILE, TEO = b"o" * 16, b"t" * 16
HOME, ELSEWHERE = b"h" * 32, b"e" * 32
STRANGER = "203.0.113.77"


def until_refused(**asked):
    """Return how many attempts are admitted before one is refused."""
    for tries in range(100):
        try:
            admit_sign_in(**asked)
        except TooManyTries:
            return tries
    return None


def test_account_allows_ten_attempts_from_strangers(app):
    assert until_refused(network=STRANGER, account=ODILE) == 10
    assert until_refused(network="198.51.100.1", account=ODILE) == 0
    assert until_refused(network="198.51.100.1", account=TEO) == 10


def test_network_allows_sixty_attempts_over_all_accounts(app):
    for number in range(60):
        admit_sign_in(network=STRANGER, account=number.to_bytes(16))
    with pytest.raises(TooManyTries) as refused:
        admit_sign_in(network=STRANGER, account=TEO)
    assert refused.value.minutes == 15


def test_known_browser_may_try_whatever_strangers_do(app):
    until_refused(network=STRANGER, account=ODILE)
    for number in range(60):
        admit_sign_in(network="198.51.100.1", account=number.to_bytes(16))
    assert until_refused(network="198.51.100.1", account=ODILE, device=HOME) == 10
    assert until_refused(network="198.51.100.1", account=ODILE, device=ELSEWHERE) == 10


def test_local_machine_is_not_counted_as_one_visitor(app):
    for number in range(70):
        admit_sign_in(network="127.0.0.1", account=number.to_bytes(16))


def test_ipv6_household_counts_as_one(app):
    for number in range(60):
        admit_sign_in(network=f"2001:db8::{number:x}", account=number.to_bytes(16))
    with pytest.raises(TooManyTries):
        admit_sign_in(network="2001:db8::ffff", account=TEO)


def test_second_step_has_its_own_low_limit(app):
    for _ in range(10):
        admit_second_step(account=ODILE)
    with pytest.raises(TooManyTries):
        admit_second_step(account=ODILE)
    admit_second_step(account=ODILE, device=HOME)


def test_account_gets_four_emails_an_hour_and_the_fifth_is_dropped_silently(app):
    assert [admit_reset(network=STRANGER, account=ODILE) for _ in range(5)] == [True] * 4 + [False]


def test_site_wide_limit_stops_strangers_but_not_known_browsers(app):
    for _ in range(REFUSED_AT_SITE.amount):
        count_wrong_password()
    with pytest.raises(TooManyTries):
        admit_sign_in(network="198.51.100.1", account=TEO)
    admit_sign_in(network="198.51.100.1", account=TEO, device=HOME)


def test_wrong_passwords_of_known_browsers_lock_nobody_out(app):
    for _ in range(REFUSED_AT_SITE.amount):
        count_wrong_password(device=HOME)
    admit_sign_in(network="198.51.100.1", account=TEO)
