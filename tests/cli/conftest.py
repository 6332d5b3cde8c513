"""Share what tests of backups need: PostgreSQL's programs, and two signatures."""

import pytest

from tests import databases
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, sign, sign_and_hatch


@pytest.fixture
def postgresql_programs(monkeypatch):
    """PostgreSQL's own programs, in the version of the tests' server."""
    monkeypatch.setenv("PATH", databases.search_path())


@pytest.fixture
def signed(app):
    """The ids of a counted and of a pending signature."""
    petition = make_petition()
    return sign_and_hatch(petition, AMALIA, comment="For my brother"), sign(petition, ODILE)
