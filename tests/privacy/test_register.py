"""Tests that the privacy page lists all personal data that the database stores."""

import pytest

from campaign.extensions import db
from campaign.privacy.register import IMPERSONAL, NOT_PERSONAL, REGISTER
from campaign.site.settings import site_settings

pytestmark = pytest.mark.both_databases

TABLES = {
    table.name: {column.name for column in table.columns} for table in db.metadata.sorted_tables
}
NAMED = [column for row in REGISTER for column in row.columns]


def test_every_table_is_registered_as_personal_or_not():
    personal = {column.partition(".")[0] for column in NAMED}
    assert TABLES.keys() - personal - IMPERSONAL == set(), (
        "say in campaign/privacy/register.py what it keeps of people, or that it keeps nothing"
    )
    assert personal & IMPERSONAL == set()
    assert (personal | IMPERSONAL) - TABLES.keys() == set(), "no such table"


def test_every_column_of_a_personal_table_is_on_the_page_or_reveals_nothing():
    impersonal = {
        f"{table}.{name}" for table, names in NOT_PERSONAL.items() for name in names.split()
    }
    existing = {
        f"{table}.{name}"
        for table, names in TABLES.items()
        if table not in IMPERSONAL
        for name in names
    }
    assert existing - set(NAMED) - impersonal == set(), (
        "say in campaign/privacy/register.py what it is kept for"
    )
    assert (set(NAMED) | impersonal) - existing == set(), "no such column"
    assert set(NAMED) & impersonal == set()


def test_nothing_is_listed_twice():
    assert sorted(NAMED) == sorted(set(NAMED))
    assert len({str(row.name) for row in REGISTER}) == len(REGISTER)


def test_retention_days_come_from_a_setting(app):
    for row in REGISTER:
        assert ("%(days)s" in str(row.retention)) == bool(row.days)
        assert "%(" not in row.retention_text(site_settings())
