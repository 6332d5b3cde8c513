"""Tests that spreadsheet cells stay text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.text.formulas import neutralise

bounded = settings(deadline=None, max_examples=200)

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x.example","open")',
    "+52 55 1234 5678",
    "-2+3",
    "@SUM(A1)",
    "  =1",
    "\t=1",
    "\ttext",
    "\rtext",
    "\ntext",
    "\ufeff=1",
    "\u200b=1",
    "\u00a0=1",
    "\x00=1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹢1",
    "−1",
    " \t\u3000＝1",
]
TEXTS = ["", "Amalia", "a=b", "O'Neil-Åström", "1+1", "#1", "(=1)", "'=1", " Amalia", "李", "5-3"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formula_is_put_after_an_apostrophe(cell):
    assert neutralise(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", TEXTS)
def test_plain_text_stays_as_it_is(cell):
    assert neutralise(cell) == cell


SPACE = st.text(" \t\r\n\ufeff\u200b\u00a0\u3000\x00", max_size=4)


@bounded
@given(SPACE, st.sampled_from("=+-@＝＋－＠"), st.text(max_size=10))
def test_no_cell_begins_with_a_trigger(space, trigger, rest):
    assert neutralise(space + trigger + rest).startswith("'")


@bounded
@given(st.text(max_size=20))
def test_escaping_twice_equals_once_and_the_text_can_be_restored(cell):
    once = neutralise(cell)
    assert neutralise(once) == once
    assert once.removeprefix("'") == cell.removeprefix("'") or once == f"'{cell}"
    assert not re.match(r"[\s\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]", once)
