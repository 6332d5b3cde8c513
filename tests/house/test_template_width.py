"""Templates can be read without scrolling sideways."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LENGTH = 140
# A sentence for people stays in one piece, so that it can be found. So does the outline of a shape.
UNBROKEN = re.compile(r'"[^"<>={}]{30,}"')
# The rest of a line with one of these.
MAX_REST = 100


def is_too_long(line: str) -> bool:
    """Return whether a line is long, other than for a single sentence in it."""
    if len(line) <= MAX_LENGTH:
        return False
    rest, unbroken = UNBROKEN.subn('""', line.strip())
    return unbroken != 1 or len(rest) > MAX_REST


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<p>" + "x" * 130 + "</p>", False),
        ("<p>" + "x" * 200 + "</p>", True),
        ('<p>{{ _("' + "A sentence for people. " * 9 + '") }}</p>', False),
        ('{{ _("' + "A sentence for people. " * 9 + '") }}' + "<b></b>" * 20, True),
        (
            '{{ _("A sentence for people.")' + 'if x else _("Another, for other people.") }}' * 3,
            True,
        ),
    ],
)
def test_only_a_single_sentence_may_be_long(line, expected):
    assert is_too_long(line) is expected


def test_templates_have_no_long_lines():
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if is_too_long(line)
    ]
    assert long == []
