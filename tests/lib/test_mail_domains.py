"""Slips in the domain of a mail address; the browser keeps to the same table."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.lib.mail_domains import edit_distance, suggest

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/mail_domains.json").read_text("utf-8"))
DATA = tomllib.loads((ROOT / "campaign/lib/data/common_mail_domains.toml").read_text("utf-8"))
bounded = settings(deadline=None, max_examples=200)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["typed"])
def test_the_server_suggests_what_the_browser_suggests(case):
    assert suggest(case["typed"]) == case["suggested"]


@pytest.mark.parametrize("name", ["common", "neighbours", "endings"])
def test_the_browser_holds_the_same_lists(name):
    script = (ROOT / "static/js/lib/mail-domains.js").read_text("utf-8")
    lists = {part.strip() for part in script.split("`")[1::2]}
    assert DATA[name].split() in [each.split() for each in lists]


@pytest.mark.parametrize("typed", ["", "amalia", "@gmial.com", "amalia@", "  "])
def test_what_is_no_address_gets_no_suggestion(typed):
    assert suggest(typed) is None


def test_the_local_part_is_left_alone():
    assert suggest(" Amalia.R+x@GMIAL.com ") == "Amalia.R+x@gmail.com"


@bounded
@given(st.emails())
def test_a_suggestion_needs_no_other_suggestion(address):
    meant = suggest(address)
    assert meant is None or suggest(meant) is None


WORDS = st.text("abc.", max_size=6)


@bounded
@given(WORDS, WORDS)
def test_a_distance_is_the_same_there_and_back(start, end):
    distance = edit_distance(start, end)
    assert distance == edit_distance(end, start)
    assert (distance == 0) == (start == end)
    assert abs(len(start) - len(end)) <= distance <= max(len(start), len(end))


@pytest.mark.parametrize(
    ("start", "end", "distance"),
    [("gmial", "gmail", 1), ("gmal", "gmail", 1), ("gmaill", "gmail", 1), ("ca", "abc", 3)],
)
def test_a_slip_of_the_fingers_counts_one(start, end, distance):
    assert edit_distance(start, end) == distance
