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
        made.append(install(kind, var, secret))
        return made[-1]

    yield make
    for app in made:
        close(app)


@pytest.fixture(scope="module")
def empty_installation(tmp_path_factory):
    """An installation into which nothing may come."""
    app = install("sqlite", tmp_path_factory.mktemp("var"), SECRET)
    yield app
    close(app)


def install(kind, var, secret):
    app = make_app(databases.fresh(kind), var, SECRET_KEY=secret)
    with app.app_context():
        upgrade()
    return app


def close(app):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
