"""Tests of the limits on wrong codes: per address, per network and in all."""

from campaign.security.rate_limits import RateLimiter
from campaign.signatures.codes.rate_limits import (
    WRONG_IN_ALL,
    WRONG_PER_ADDRESS,
    WRONG_PER_NETWORK,
)
from tests.factories.signatures import AMALIA, ODILE, code, enter_code, link, sign
from tests.page_parts import tree, values

EMAIL = AMALIA["email"]
WRONG = "K7M2-9QXW"
NETWORK = "203.0.113.9"
ELSEWHERE = "198.51.100.7"


def assert_limited(answer, email=EMAIL):
    assert answer.status_code == 429
    assert values(answer, "data-code-page") == ["limited"]
    assert 0 < int(answer.headers["Retry-After"]) <= WRONG_IN_ALL.get_expiry()
    assert answer.headers["Cache-Control"] == "no-store"
    [typed] = tree(answer).xpath("//main//input[@name='email']/@value")
    assert typed == email


def guess(client, times, email="", address=ELSEWHERE):
    """Enter a wrong code so many times, each time for another address if none is given."""
    return {
        enter_code(client, email or f"n{place}@kwan.example", WRONG, address=address).status_code
        for place in range(times)
    }


def test_wrong_codes_for_one_address_are_limited_from_any_network(client, petition):
    sent = code(sign(petition))
    for place in range(WRONG_PER_ADDRESS.amount):
        answer = enter_code(client, EMAIL, WRONG, address=f"198.51.100.{place}")
        assert answer.status_code == 422
    assert_limited(enter_code(client, EMAIL, WRONG, address=NETWORK))
    # The right code gets the same answer, or the limit would be none.
    assert_limited(enter_code(client, EMAIL, sent, address=NETWORK))


def test_link_works_when_codes_are_limited(client, petition):
    signature_id = sign(petition)
    guess(client, WRONG_PER_ADDRESS.amount, EMAIL)
    assert_limited(enter_code(client, EMAIL, code(signature_id)))
    assert client.post(link("confirm", signature_id)).status_code == 303


def test_address_that_signed_nothing_has_the_same_limit(client, petition):
    sign(petition)
    for email in (EMAIL, "nobody@kwan.example"):
        assert guess(client, WRONG_PER_ADDRESS.amount, email, "127.0.0.1") == {422}
        assert_limited(enter_code(client, email, WRONG), email)


def test_spellings_of_one_mailbox_share_a_limit(client, app):
    guess(client, WRONG_PER_ADDRESS.amount, "vera-x9@yahoo.com")
    assert_limited(enter_code(client, "VERA@yahoo.com", WRONG), "VERA@yahoo.com")


def test_wrong_codes_of_one_network_are_limited(client, petition):
    sent = code(sign(petition))
    assert guess(client, WRONG_PER_NETWORK.amount, address=NETWORK) == {422}
    assert_limited(enter_code(client, EMAIL, sent, address=NETWORK))
    assert enter_code(client, EMAIL, sent, address=ELSEWHERE).status_code == 303


def test_addresses_of_one_64_are_one_network(client, app):
    for place in range(WRONG_PER_NETWORK.amount):
        enter_code(client, f"n{place}@kwan.example", WRONG, address=f"2001:db8::{place + 1:x}")
    assert_limited(enter_code(client, EMAIL, WRONG, address="2001:db8::ffff"))
    assert enter_code(client, EMAIL, WRONG, address="2001:db8:1::1").status_code == 422


def test_right_codes_are_not_counted(client, petition):
    sent = code(sign(petition))
    for _ in range(WRONG_PER_NETWORK.amount + 1):
        assert enter_code(client, EMAIL, sent, address=NETWORK).status_code == 303


def test_codes_of_another_length_are_not_counted(client, app):
    for _ in range(WRONG_PER_ADDRESS.amount + 1):
        assert enter_code(client, EMAIL, "K7M2", address=NETWORK).status_code == 422


def test_wrong_codes_in_all_are_limited_and_logged(client, app, petition, caplog):
    sent = code(sign(petition))
    limiter = app.extensions["rate_limiter"]
    for _ in range(WRONG_IN_ALL.amount - 1):
        limiter.hit(WRONG_IN_ALL, "wrong codes")
    assert enter_code(client, ODILE["email"], WRONG, address=NETWORK).status_code == 422
    assert_limited(enter_code(client, EMAIL, sent, address=ELSEWHERE))
    [record] = [record for record in caplog.records if record.name == "campaign.codes"]
    assert "@" not in record.getMessage()


def test_guessing_a_whole_year_hits_a_code_with_less_than_one_in_a_million():
    codes = 32**8
    assert 365 * WRONG_IN_ALL.amount / codes < 1e-6


def test_processes_share_the_limits(client, app, monkeypatch):
    guess(client, WRONG_PER_ADDRESS.amount, EMAIL)
    monkeypatch.setitem(app.extensions, "rate_limiter", RateLimiter.from_config(app.config))
    assert_limited(enter_code(client, EMAIL, WRONG, address=NETWORK))
