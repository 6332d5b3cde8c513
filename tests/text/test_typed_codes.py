"""Tests of codes that people type: input is forgiving, and no two characters are confused."""

import pytest

from campaign.text.typed_codes import ALPHABET, read_code, spaced

CODE = "K7M29QX1"


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "K7M2-9QX1",
            "k7m2-9qx1",
            " K7M2 9QX1 ",
            "K7M2\u20139QX1",
            "K 7 M 2 9 Q X 1",
            "K7M29QX1\n",
        ),
        *("k7m2-9qxl", "K7M2-9QXI", "k7m2-9qxi", "K7M2\u00a09QX1", "\u200bK7M2-9QX1\ufeff"),
        "\uff2b\uff17\uff2d\uff12\uff0d\uff19\uff31\uff38\uff11",
    ],
)
def test_code_is_read_however_it_is_typed(typed):
    assert read_code(typed) == CODE


def test_letter_o_is_read_as_zero():
    assert read_code("oO0") == "000"


def test_other_alphabet_leaves_out_what_it_does_not_have():
    assert read_code("k7m2-o1", "K7M2") == "K7M2"


def test_alphabet_has_no_two_characters_that_look_alike():
    assert len(set(ALPHABET)) == 32
    assert not set("OILU") & set(ALPHABET)


def test_code_is_shown_in_two_halves():
    assert spaced(CODE) == "K7M2-9QX1"
    assert read_code(spaced(CODE)) == CODE
