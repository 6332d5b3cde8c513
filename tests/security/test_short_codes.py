"""Tests of short codes: each stands for one number, and only under its seal."""

import random
from itertools import pairwise

import pytest

from campaign.security.short_codes import (
    CODE_LENGTH,
    MAX_NUMBER,
    make_short_code,
    read_short_code,
)
from campaign.text.typed_codes import ALPHABET

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
SEAL = bytes(range(16))
NUMBERS = (0, 1, 2, 3, 4711, 10**6, 2**20 - 1, 2**20, 2**39, MAX_NUMBER)


def code_of(number, *, key=KEY, purpose="test", seal=SEAL):
    return make_short_code(key, purpose, number, seal)


def number_in(code, *, key=KEY, purpose="test", seal=SEAL):
    return read_short_code(key, purpose, code, seal)


@pytest.mark.parametrize("number", NUMBERS)
def test_code_has_eight_characters_and_is_read_again(number):
    code = code_of(number)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)
    assert number_in(code) == number


def test_every_code_stands_for_one_number():
    dice = random.Random(1)
    for _ in range(500):
        code = "".join(dice.choice(ALPHABET) for _ in range(CODE_LENGTH))
        assert code_of(number_in(code)) == code


@pytest.mark.parametrize("number", [-1, MAX_NUMBER + 1])
def test_number_out_of_range_has_no_code(number):
    with pytest.raises(ValueError, match="too large"):
        code_of(number)


@pytest.mark.parametrize("code", ["", "K7M29QX", "K7M29QXWW", "K7M2-9QX", "k7m29qxw", "K7M29QXU"])
def test_text_of_another_shape_is_no_code(code):
    assert number_in(code) is None


@pytest.mark.parametrize("other", [{"key": OTHER_KEY}, {"purpose": "other"}, {"seal": b"other"}])
def test_code_means_another_number_under_another_key_purpose_or_seal(other):
    assert all(number_in(code_of(number), **other) != number for number in NUMBERS)


def test_codes_of_neighbouring_numbers_have_nothing_in_common():
    codes = [code_of(number) for number in range(2000)]
    assert len(set(codes)) == len(codes)
    # Of eight characters, a quarter of one is the same by chance.
    same = [sum(map(str.__eq__, a, b)) for a, b in pairwise(codes)]
    assert sum(same) / len(same) < 0.5
    for place in range(CODE_LENGTH):
        assert {code[place] for code in codes} == set(ALPHABET)


def test_guesses_hit_small_numbers_only_by_chance():
    dice = random.Random(2)
    guesses = ("".join(dice.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(2000))
    # A million rows are one of a million numbers.
    assert sum(number_in(guess) < 10**6 for guess in guesses) == 0
