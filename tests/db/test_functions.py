"""Tests that names are found whatever their accents, on both databases alike."""

import pytest
from sqlalchemy import literal, select

from campaign.db.functions import plain, unaccented_lower
from campaign.extensions import db

pytestmark = pytest.mark.both_databases

NAMES = [
    "Amalia",
    "José-María Ñuu",
    "O’Neill",
    "O'Neill",
    "Łukasz Sørensen",
    "Straße",
    "Весела Їжак",
    "嘉木 沙",
    "Mộc Miên Thạch",
    "ma. de",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_python_and_the_database_fold_a_name_alike(app, name):
    assert db.session.scalar(select(unaccented_lower(literal(name)))) == plain(name)


def test_accents_case_and_hyphens_make_no_difference():
    assert plain("JOSÉ-MARÍA") == plain("jose maria")
