"""Tests of the tokens in emailed links."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.security.tokens import claimed_number, make_token, read_token

bounded = settings(deadline=None, max_examples=200)
KEY = b"k" * 48
numbers = st.integers(min_value=0, max_value=2**63 - 1)


@bounded
@given(numbers)
def test_token_gives_back_its_number(number):
    assert read_token(KEY, "confirm", make_token(KEY, "confirm", number)) == number


@bounded
@given(numbers, numbers)
def test_different_numbers_have_different_tokens(one, other):
    assert (make_token(KEY, "mine", one) == make_token(KEY, "mine", other)) == (one == other)


@bounded
@given(numbers)
def test_token_opens_nothing_else(number):
    token = make_token(KEY, "receipt", number)
    assert read_token(KEY, "mine", token) is None
    assert read_token(KEY, "confirm", token) is None
    assert read_token(b"x" * 48, "receipt", token) is None


@bounded
@given(numbers, st.binary(max_size=20), st.binary(max_size=20))
def test_token_does_not_open_the_same_number_under_another_seal(number, seal, other):
    token = make_token(KEY, "mine", number, seal)
    assert read_token(KEY, "mine", token, other) == (number if seal == other else None)
    assert claimed_number(token) == number


@bounded
@given(numbers, numbers)
def test_code_of_one_number_does_not_work_for_another(one, other):
    token = make_token(KEY, "mine", one)
    forged = make_token(KEY, "mine", other).partition(".")[0] + "." + token.partition(".")[2]
    assert read_token(KEY, "mine", forged) == (one if one == other else None)


@bounded
@given(numbers, st.integers(min_value=0), st.characters())
def test_changed_character_is_noticed(number, place, sign):
    token = make_token(KEY, "mine", number)
    place %= len(token)
    changed = token[:place] + sign + token[place + 1 :]
    assert read_token(KEY, "mine", changed) == (number if changed == token else None)


@bounded
@given(st.text(st.characters(), max_size=60))
def test_no_text_breaks_the_parser(words):
    assert read_token(KEY, "mine", words) is None
    assert claimed_number(words) is None


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda t: "0" + t,
        lambda t: " " + t,
        lambda t: t + "=",
        lambda t: t[:-1],
        lambda t: t + ".",
        lambda t: t.partition(".")[0],
    ],
)
def test_noncanonical_spelling_of_a_token_is_refused(change):
    assert read_token(KEY, "mine", change(make_token(KEY, "mine", 12345))) is None


def test_impossible_row_id_is_not_looked_up():
    assert claimed_number(make_token(KEY, "mine", 2**63)) is None
    assert claimed_number("z" * 13 + "." + "A" * 20) is None


def test_token_fits_into_a_url_without_escaping_and_a_line_of_email():
    token = make_token(KEY, "confirm", 2**63 - 1)
    assert len(token) <= 40
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert token.isascii()
