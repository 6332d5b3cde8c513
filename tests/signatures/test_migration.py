"""Tests of the migration that erases old data completely and keeps registration numbers."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from campaign.extensions import db
from campaign.signatures.models import Signature
from tests import databases
from tests.conftest import make_app

AT = datetime(2026, 11, 3, 23, 59, 58, tzinfo=UTC)
NOON = AT.replace(hour=12, minute=0, second=0)


@pytest.mark.parametrize("kind", databases.KINDS)
def test_older_rows_get_sensible_values(kind, tmp_path):
    app = make_app(databases.fresh(kind), tmp_path)
    with app.app_context():
        upgrade(revision="0024")
        _fill()
        upgrade()
        left = db.session.scalars(sa.select(Signature)).one()
        assert (left.created_at, left.confirmed_at, left.withdrawn_at) == (NOON, NOON, None)
        assert (left.country, left.lang, left.source, left.brought_by, left.mail_count) == (
            "",
            "",
            "",
            None,
            0,
        )
        assert (left.state, left.number) == ("erased", 4)
        with db.engine.begin() as connection:
            row = connection.execute(
                sa.text("select state, seats, hold_seats, hold_until from registration")
            ).one()
            assert tuple(row) == ("registered", 2, 0, None)
            table = sa.Table("registration", sa.MetaData(), autoload_with=connection)
            # The row with number 9 was deleted, and its number is not used again.
            _insert(
                connection,
                table,
                event_id=1,
                state="unconfirmed",
                seats=1,
                email_digest=b"2",
                code="B",
            )
            assert connection.scalar(sa.select(sa.func.max(table.c.id))) == 10
        db.session.remove()
        downgrade(revision="0024")
        db.engine.dispose()


def _fill():
    with db.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(
            connection,
            only=("cause", "petition", "petition_version", "signature", "event", "registration"),
        )
        table = tables.tables
        _insert(connection, table["cause"], id=1, state="published", shape="monarch")
        _insert(
            connection,
            table["petition"],
            id=1,
            cause_id=1,
            state="published",
            confirmation="email",
            handed_names="shown",
        )
        _insert(connection, table["petition_version"], id=1, petition_id=1, number=1)
        signature = {
            "petition_id": 1,
            "cause_id": 1,
            "version_id": 1,
            "state": "erased",
            "evidence": "email",
            "name_display": "full",
        }
        said = {
            "country": "MX",
            "lang": "en",
            "source": "t-abc",
            "brought_by": 7,
            "mail_count": 3,
            "number": 4,
            "seat": 1,
        }
        _insert(connection, table["signature"], **signature, **said, created_at=AT, confirmed_at=AT)
        _insert(connection, table["event"], id=1, cause_id=1, state="published", registration="none", online_for="everyone",
                most_seats=4, starts_at=AT, ends_at=AT.replace(day=4))  # fmt: skip
        for code in "AZ":
            _insert(connection, table["registration"], event_id=1, state="registered", seats=2, email_digest=code.encode(), code=code,
                    **({"id": 9} if code == "Z" else {}))  # fmt: skip
        connection.execute(sa.text("delete from registration where id = 9"))
        if connection.dialect.name == "postgresql":
            connection.execute(
                sa.text("select setval(pg_get_serial_sequence('registration', 'id'), 9)")
            )


def _insert(connection, table, **columns):
    """Insert a row, with a plain value in each column that requires one."""
    plain = {
        column.name: _plain(column.type)
        for column in table.columns
        if not column.nullable
        and column.server_default is None
        and column.name != "id"
        and column.name not in columns
    }
    connection.execute(sa.insert(table).values(**plain, **columns))


def _plain(kind):
    if isinstance(kind, sa.DateTime):
        return AT
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.JSON):
        return []
    return (
        1
        if isinstance(kind, sa.Integer | sa.Numeric)
        else b"x"
        if isinstance(kind, sa.LargeBinary)
        else "x"
    )
