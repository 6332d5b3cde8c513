"""A name is found however it is accented, on both databases alike."""

import pytest
from sqlalchemy import literal, select

from campaign.db.plain_letters import plain, plain_letters
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
def test_python_and_the_database_make_the_same_of_a_name(app, name):
    assert db.session.scalar(select(plain_letters(literal(name)))) == plain(name)


def test_accents_case_and_hyphens_make_no_difference():
    assert plain("JOSÉ-MARÍA") == plain("jose maria")
