"""Tests that docs/cdn.md says what the site's headers say."""

import re
from pathlib import Path

import pytest

from tests.factories.signatures import AMALIA, sign_and_hatch

GUIDE = (Path(__file__).parents[2] / "docs" / "cdn.md").read_text()
ROWS = re.findall(r"^\|[^|]+\| `(/[^`]*)` \| `([^`]+)` \|$", GUIDE, re.MULTILINE)


@pytest.fixture
def filled(petition):
    """A cause with a petition and a butterfly."""
    sign_and_hatch(petition, AMALIA, name_display="full")


def directives(header):
    return {part.strip() for part in header.split(",")}


def test_documented_times_are_those_of_the_answers(client, filled):
    assert len(ROWS) > 20
    stated = {address: directives(header) for address, header in ROWS}
    answers = {address: client.get(address) for address in stated}
    found = {
        address: directives(answer.headers["Cache-Control"]) for address, answer in answers.items()
    }
    assert found == stated


def test_what_can_be_kept_sets_no_cookie_and_differs_by_encoding_or_language(client, filled):
    for address, header in ROWS:
        if "public" in header:
            answer = client.get(address)
            assert "Set-Cookie" not in answer.headers
            assert answer.vary.as_set() <= {"accept-encoding", "accept-language"}


def test_files_have_separate_addresses_for_a_year(client, filled):
    [address] = re.findall(r'href="(/static/[^"]+\.css)"', client.get("/en/").text)[:1]
    answer = client.get(address)
    assert directives(answer.headers["Cache-Control"]) == directives(
        re.search(r"`(public, [^`]*immutable)`", GUIDE).group(1)
    )
