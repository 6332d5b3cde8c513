"""Templates can be read without scrolling sideways."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LENGTH = 140
# A sentence for people stays in one piece, so that it can be found. So do titles, which may contain
# no line breaks, and elements that show them.
SENTENCES = re.compile(r'"[^"]{30,}"')
IN_ONE_PIECE = re.compile(r"\{% block title %\}|<(textarea|pre|style)\b|<summary\b|endset %\}")


def length(line: str) -> int:
    """Return the length of a line without its sentences, 0 if it cannot be broken."""
    return 0 if IN_ONE_PIECE.search(line) else len(SENTENCES.sub('""', line))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<p>" + "x" * 200 + "</p>", 207),
        ('<p>{{ _("' + "A sentence for people. " * 9 + '") }}</p>', 18),
        ("{% block title %}" + "x" * 200, 0),
    ],
)
def test_length_leaves_out_what_stays_in_one_piece(line, expected):
    assert length(line) == expected


def test_templates_have_no_long_lines():
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if length(line) > MAX_LENGTH
    ]
    assert long == []
