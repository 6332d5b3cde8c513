"""One runner at a time."""

from datetime import timedelta

from sqlalchemy import func, select

from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.jobs.models import Lease

LEASE = timedelta(seconds=1)
# No clock of one machine is as far ahead of itself: such a lease was left by a clock that has been put back since.
ASTRAY = timedelta(minutes=1)


def take_lease(name, *, holder, now):
    """Return True if `holder` may run `name` within this transaction.

    PostgreSQL gives an advisory lock that ends with the transaction; SQLite keeps a lease row, which a living holder renews
    and another takes over a second after the last renewal, or at once where that lies beyond any clock.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        return db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(name))))
    statement = insert(Lease).values(name=name, holder=holder, expires_at=now + LEASE)
    taken = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "expires_at": now + LEASE},
            where=(Lease.holder == holder)
            | (Lease.expires_at < now)
            | (Lease.expires_at > now + ASTRAY),
        ).returning(Lease.holder)
    )
    return taken is not None
