"""Tests that stored names and names sent over the wire survive renames in the code."""

from fnmatch import fnmatchcase

from campaign.cli.restore_replay import REPLAYS
from campaign.db.ended_log import UNDOES
from tests.house import stored_names
from tests.house.stored_names.stored import ended


def test_stored_names_stay_as_they_are(app):
    changes = stored_names.differences(stored_names.load(), stored_names.gather())
    assert not changes, "\n".join(
        ["Names changed that others hold.", *changes, stored_names.HOW_TO_UPDATE]
    )


def test_differences_name_what_is_gone_and_new():
    before, after = (
        {"cookies": ["a", "b"], "leases": ["c"]},
        {"cookies": ["b", "d"], "leases": ["c"], "roles": ["e"]},
    )
    assert stored_names.differences(before, after) == [
        "cookies:",
        "  - a",
        "  + d",
        "roles:",
        "  + e",
    ]


def test_each_group_of_names_is_found():
    empty = [group for group, names in stored_names.load().items() if not names]
    assert not empty


def test_each_end_that_is_noted_is_repeated_after_a_restore(app):
    """`UNDOES` has the facts that undo an end, and `{}` stands for what is filled in."""
    ends = {name for name in ended() - set(UNDOES) if not name.startswith(("field ", "file "))}
    patterns = [name.replace("{}", "*") for name in ends]
    assert [
        pattern
        for pattern in patterns
        if not any(fnmatchcase(replay, pattern) for replay in REPLAYS)
    ] == []
