"""The Flask extensions, created without an application, and what models and transactions share.

`create_app` connects them to an application.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeAlias, cast

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    CursorResult,
    Delete,
    Integer,
    MetaData,
    Row,
    Table,
    Update,
)
from sqlalchemy.orm import DeclarativeBase

from campaign.db.replica import ReplicaReads, RoutedSession
from campaign.db.transactions import Transactions

# Constraints need the same names on both databases, so that later migrations can find them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# A row of any columns. Each caller says which it needs.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

# SQLite assigns ids automatically only if the primary key is a plain INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of every model.

    Models subclass this instead of `db.Model`, which type checkers do not know. Both share their
    tables.
    """

    metadata = MetaData(naming_convention=NAMING)
    # Every model has a table, never another selectable, so queries may update and delete from it.
    __table__: ClassVar[Table]


db = SQLAlchemy(
    model_class=Base, session_options={"expire_on_commit": False, "class_": RoutedSession}
)
migrate = Migrate()
transactions = Transactions(db)
write = transactions.write
write_together = transactions.write_together
database_now = transactions.now
database_clock = transactions.clock
replica_reads = ReplicaReads(db)
reads_replica = replica_reads.view
load_on_primary = replica_reads.on_primary
note_ended = transactions.note_ended
load_for_update = transactions.load_for_update
load_for_update_or_none = transactions.load_for_update_or_none


def rows_changed(statement: Update | Delete, *, synchronize: bool = False) -> int:
    """Execute a statement and return how many rows it updated or deleted.

    With `synchronize`, objects that the session has loaded follow the change.
    """
    if not synchronize:
        statement = statement.execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return a constraint, named like the column, that allows only the values `values`."""
    return CheckConstraint(f"{column} in ({', '.join(map(repr, values))})", name=column)
