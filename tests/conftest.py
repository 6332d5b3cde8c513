"""What every test may ask for: an application on each database, a client, the named people."""

import pytest
from flask_migrate import upgrade

from campaign import create_app
from campaign.extensions import db
from campaign.lib.counters import storage_of
from campaign.signatures import network_keys
from tests import databases
from tests.emptying import empty
from tests.factories.petitions import make_petition
from tests.visitors import Visitor

SECRET = "a-secret-for-tests-only-0123456789abcdef"


@pytest.fixture(scope="session", params=databases.KINDS)
def migrated_app(request, tmp_path_factory):
    """One application on each kind of database, migrated as in production."""
    app = make_app(databases.address(request.param), tmp_path_factory.mktemp("var"))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return app


def make_app(database_url, var, **settings):
    """Return an application for tests; `settings` are laid over its own."""
    if database_url.startswith("postgresql://"):
        database_url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    app = create_app(
        {
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,
            "SECRET_KEY": SECRET,
            "VAR_DIR": str(var),
            "SQLALCHEMY_DATABASE_URI": database_url,
            "PUBLIC_URL": "http://localhost",
            "EDGE": False,
            **settings,
        }
    )
    app.test_client_class = Visitor
    return app


@pytest.fixture
def app(migrated_app):
    """The application with empty tables, inside an application context; nobody has tried anything yet."""
    with migrated_app.app_context():
        empty(db.engine)
        storage_of(migrated_app.config).reset()
        network_keys.forget_loaded(migrated_app)
        yield migrated_app
        db.session.remove()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def petition(app):
    """An open petition."""
    return make_petition()
