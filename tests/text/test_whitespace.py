"""Tests of text on one line."""

import pytest

from campaign.text.names import clean_text
from campaign.text.whitespace import in_one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a \n\n b\tc ", "a b c"),
        ("Où sont-ils\u202f?", "Où sont-ils\u202f?"),
        ("«\u00a0Ils  sont là\u00a0»", "«\u00a0Ils sont là\u00a0»"),
        ("\u3000真相\u2003正義", "真相 正義"),
        ("", ""),
    ],
)
def test_white_space_is_folded_except_for_non_breaking_characters(text, line):
    assert in_one_line(text) == line
    assert clean_text(text, lines=False) == line
