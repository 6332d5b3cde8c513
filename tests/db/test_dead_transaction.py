"""Tests that a transaction that the database rolled back is never taken for a success."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from campaign.extensions import db, transactions, write
from campaign.organisations.models import Organisation

pytestmark = pytest.mark.both_databases


def lose_everything(slug):
    """Do what a full disk does to SQLite's transaction, and hide the error."""
    db.session.execute(Organisation.__table__.insert().values(slug=slug))
    db.session.connection().connection.dbapi_connection.rollback()


@pytest.fixture(params=[False, True], ids=["alone", "grouped"])
def on_sqlite(app, request, monkeypatch):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL refuses to commit what it gave up")
    for name in ("write_lock", "group_commit"):
        monkeypatch.setitem(app.extensions, name, app.extensions[name])
    transactions.init_app(app, grouped=request.param)
    return app


def test_hidden_rollback_raises_and_the_next_write_works(on_sqlite):
    with pytest.raises(OperationalError):
        write(lose_everything, "gone")
    write(lambda: db.session.execute(Organisation.__table__.insert().values(slug="kept")))
    assert db.session.scalars(text("select slug from organisation")).all() == ["kept"]
