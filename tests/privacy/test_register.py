"""Tests that the privacy page lists all personal data that the database stores."""

import pytest
from flask_babel import force_locale

from campaign.extensions import db
from campaign.mail.bulk.sending import RECEIPT_RETENTION
from campaign.privacy.register import IMPERSONAL, NOT_PERSONAL, REGISTER, SECTIONS
from campaign.privacy.rows import ORGANIZERS, rows_of
from campaign.privacy.supporters import SIGNERS
from campaign.site.settings import site_settings
from tests.page_parts import tree

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
    for _name, groups in SECTIONS:
        rows = rows_of(groups)
        assert len({str(row.name) for row in rows}) == len(rows)


@pytest.mark.parametrize("table", ["event_message_receipt", "mailing_receipt", "answer_receipt"])
def test_retention_of_receipts_is_that_of_the_code(table):
    (row,) = (row for row in REGISTER if any(name.startswith(table) for name in row.columns))
    assert f" {RECEIPT_RETENTION.days} " in str(row.retention)


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_privacy_page_lists_every_row_of_the_register(client, lang):
    page = tree(client.get(f"/{lang}/privacy"))
    shown = {
        section: [
            cell.text_content()
            for cell in page.xpath(f"//*[@aria-labelledby='kept-{section}']//th[@scope='row']")
        ]
        for section, _groups in SECTIONS
    }
    with client.application.test_request_context(), force_locale(lang):
        assert shown == {
            section: [str(row.name) for row in rows_of(groups)] for section, groups in SECTIONS
        }


def test_page_shows_every_answer_of_the_register(client):
    """An answer that all rows of a table share is above the table instead of in it."""
    page = tree(client.get("/en/privacy"))
    for section, groups in SECTIONS:
        [part] = page.xpath(f"//section[@aria-labelledby='kept-{section}']")
        tables = part.xpath(".//table")
        assert len(tables) == len(groups)
        for table, group in zip(tables, groups, strict=True):
            text = part.text_content()
            for row in group.rows:
                answers = (row.purpose, row.seen_by, row.retention_text(site_settings()))
                assert [answer for answer in answers if f"{answer}." not in text] == []
            assert bool(table.xpath("ancestor::details")) == group.is_closed


def test_unconfirmed_and_withdrawn_signatures_are_seen_by_organizers():
    """The list of signatures in the workspace has filters for both."""
    rows = [row for row in SIGNERS if row.days == "erase_pending_days" and not row.columns]
    assert [row.seen_by for row in rows] == [ORGANIZERS, ORGANIZERS]


def test_retention_days_come_from_a_setting(app):
    for row in REGISTER:
        assert ("%(days)s" in str(row.retention)) == bool(row.days)
        assert "%(" not in row.retention_text(site_settings())
