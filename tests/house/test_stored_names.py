"""Tests that stored names and names sent over the wire survive renames in the code."""

from tests.house import stored_names


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
