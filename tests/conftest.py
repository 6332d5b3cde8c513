"""What every test may ask for: an application on each database, a client, the named people."""

import pytest
from flask_migrate import upgrade

from campaign import create_app
from campaign.extensions import db
from campaign.lib.counters import storage_of
from tests import databases
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
        _empty()
        storage_of(migrated_app.config).reset()
        yield migrated_app
        db.session.remove()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def petition(app):
    """An open petition."""
    return make_petition()


def _empty():
    tables = [table.name for table in db.metadata.sorted_tables]
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Without the triggers that keep the audit trail.
            connection.exec_driver_sql("set local session_replication_role = replica")
            connection.exec_driver_sql(f"truncate {', '.join(tables)} restart identity cascade")
            return
        guards = connection.exec_driver_sql("select name, sql from sqlite_master where type = 'trigger'").all()
        for guard in guards:
            connection.exec_driver_sql(f"drop trigger {guard.name}")
        for name in reversed(tables):
            connection.exec_driver_sql(f"delete from {name}")
        # So that numbers begin at one, as above: what a test sees depends on no other.
        connection.exec_driver_sql("delete from sqlite_sequence")
        for guard in guards:
            connection.exec_driver_sql(guard.sql)
