"""Tests of the migrations."""

import warnings

import pytest
from flask_migrate import check, upgrade

from campaign.extensions import db
from tests import databases
from tests.conftest import make_app

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize("kind", databases.KINDS)
def test_migrated_database_has_the_tables_of_the_models(kind, tmp_path):
    app = make_app(databases.fresh(kind), tmp_path)
    with app.app_context():
        upgrade()
        with warnings.catch_warnings():
            # An index on an expression cannot be compared on SQLite, and both libraries say so.
            warnings.filterwarnings("ignore", ".*expression-based index")
            check()
        db.engine.dispose()
