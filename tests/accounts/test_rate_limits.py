"""Guessing is hopeless, and nobody locks somebody else out."""

import pytest

from campaign.accounts import rate_limits as pace_module
from campaign.accounts.rate_limits import TooManyTries, pace

ODILE, TEO = b"o" * 16, b"t" * 16
HOME, ELSEWHERE = b"h" * 32, b"e" * 32
STRANGER = "203.0.113.77"


def until_refused(**asked):
    """Return how many tries are admitted."""
    for tries in range(100):
        try:
            pace().admit(**asked)
        except TooManyTries:
            return tries
    return None


def test_strangers_may_try_an_account_ten_times(app):
    assert until_refused(network=STRANGER, account=ODILE) == 10
    assert until_refused(network="198.51.100.1", account=ODILE) == 0
    assert until_refused(network="198.51.100.1", account=TEO) == 10


def test_one_network_may_try_sixty_times_whatever_accounts(app):
    for number in range(60):
        pace().admit(network=STRANGER, account=number.to_bytes(16))
    with pytest.raises(TooManyTries) as refused:
        pace().admit(network=STRANGER, account=TEO)
    assert refused.value.minutes == 15


def test_a_known_browser_is_let_to_the_door_whatever_strangers_try(app):
    until_refused(network=STRANGER, account=ODILE)
    for number in range(60):
        pace().admit(network="198.51.100.1", account=number.to_bytes(16))
    assert until_refused(network="198.51.100.1", account=ODILE, device=HOME) == 10
    assert until_refused(network="198.51.100.1", account=ODILE, device=ELSEWHERE) == 10


def test_this_machine_is_not_taken_for_one_visitor(app):
    for number in range(70):
        pace().admit(network="127.0.0.1", account=number.to_bytes(16))


def test_an_ipv6_household_counts_as_one(app):
    for number in range(60):
        pace().admit(network=f"2001:db8::{number:x}", account=number.to_bytes(16))
    with pytest.raises(TooManyTries):
        pace().admit(network="2001:db8::ffff", account=TEO)


def test_the_second_step_has_its_own_narrow_count(app):
    for _ in range(10):
        pace().admit_second_step(account=ODILE)
    with pytest.raises(TooManyTries):
        pace().admit_second_step(account=ODILE)
    pace().admit_second_step(account=ODILE, device=HOME)


def test_one_account_is_sent_four_letters_an_hour_and_nobody_hears_of_the_fifth(app):
    assert [pace().admit_reset(network=STRANGER, account=ODILE) for _ in range(5)] == [True] * 4 + [
        False
    ]


def test_wrong_passwords_at_the_whole_site_shut_out_strangers_but_no_known_browser(app):
    for _ in range(pace_module.REFUSED_AT_SITE.amount):
        pace().count_refused()
    with pytest.raises(TooManyTries):
        pace().admit(network="198.51.100.1", account=TEO)
    pace().admit(network="198.51.100.1", account=TEO, device=HOME)


def test_wrong_passwords_of_known_browsers_shut_out_nobody(app):
    for _ in range(pace_module.REFUSED_AT_SITE.amount):
        pace().count_refused(device=HOME)
    pace().admit(network="198.51.100.1", account=TEO)
