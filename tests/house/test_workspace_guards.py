"""Tests that each address of the workspace keeps the guard that is recorded for it."""

from campaign.organize.core.access import ANYBODY
from tests.house import workspace_guards


def test_workspace_addresses_keep_their_guards(app):
    changes = workspace_guards.differences(workspace_guards.load(), workspace_guards.gather(app))
    assert not changes, "\n".join(
        ["Guards of the workspace changed.", *changes, workspace_guards.HOW_TO_UPDATE]
    )


def test_weaker_guard_is_named():
    before, after = (
        ["GET /organize/a: a.see of its object", "POST /organize/a: a.edit of its object"],
        ["GET /organize/a: a.see anywhere", "POST /organize/a: a.edit of its object"],
    )
    assert workspace_guards.differences(before, after) == [
        "+ GET /organize/a: a.see anywhere",
        "- GET /organize/a: a.see of its object",
    ]


def test_lines_are_sorted_and_each_has_a_guard():
    lines = workspace_guards.load()
    assert lines == sorted(set(lines), key=workspace_guards.by_address)
    assert not [line for line in lines if line.endswith(": nothing")]
    # Only the pages of signing in, and of links in emails, are open to everyone.
    doors = ("/sign-in", "/forgotten", "/invitations/", "/reset/", "/start/")
    opened = [line for line in lines if line.endswith(f": {ANYBODY}")]
    assert all(any(door in line for door in doors) for line in opened)
