"""Tests that every table is either exported with an organisation, or has a reason not to be."""

import tomllib
from pathlib import Path

from campaign.archive.ownership import BELONGS, LEFT_OUT
from campaign.archive.tables import NOT_EXPORTED, REPLACED
from campaign.extensions import db
from campaign.process.version import VERSION


def test_each_table_is_exported_or_has_a_reason_not_to_be():
    tables = set(db.metadata.tables)
    assert not BELONGS.keys() & NOT_EXPORTED.keys()
    assert BELONGS.keys() | NOT_EXPORTED.keys() == tables
    assert all(NOT_EXPORTED.values())


def test_tables_with_exceptions_are_exported():
    assert REPLACED.keys() | LEFT_OUT.keys() <= BELONGS.keys()


def test_replaced_columns_exist():
    missing = [
        (name, column)
        for name, replaced in REPLACED.items()
        for column in replaced
        if column not in db.metadata.tables[name].c
    ]
    assert not missing


def test_version_is_that_of_the_package():
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION
