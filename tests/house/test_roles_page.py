"""Tests that docs/roles.md says what the table of permissions says."""

from pathlib import Path

from campaign.accounts.permissions import ORGANISATION_OWNER, ROLES, TABLE

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
COLUMNS = (ORGANISATION_OWNER, *ROLES)


def test_page_says_who_may_do_what():
    rows = [line for line in PAGE.read_text().splitlines() if line.endswith("` |")]
    written = {}
    for row in rows:
        what, admin, *cells, action = (cell.strip() for cell in row.strip("|").split("|"))
        assert what and admin == "✓"
        marks = zip(COLUMNS, cells, strict=True)
        written[action.strip("`")] = {role for role, cell in marks if cell == "✓"}
    assert written == TABLE
