"""Share empty installations among the tests of archives."""

import pytest
from flask_migrate import upgrade

from campaign.extensions import db
from tests import databases
from tests.conftest import SECRET, make_app


@pytest.fixture
def installation(tmp_path):
    """Return a function that makes an empty installation on a kind of database."""
    made = []

    def make(kind, secret=SECRET):
        var = tmp_path / f"var-{len(made)}"
        var.mkdir()
        made.append(make_app(databases.fresh(kind), var, SECRET_KEY=secret))
        with made[-1].app_context():
            upgrade()
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
