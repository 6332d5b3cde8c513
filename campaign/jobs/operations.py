"""Take the lease of a job, so that only one process runs it at a time."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.jobs.models import Lease

LEASE = timedelta(seconds=1)
# A lease that ends this far in the future was written before the machine's clock was set back.
ASTRAY = timedelta(minutes=1)


def take_lease(name: str, *, holder: str, now: datetime) -> bool | None:
    """Return True if `holder` may run `name` within this transaction.

    PostgreSQL uses an advisory lock that ends with the transaction. SQLite keeps a lease row, which
    a running holder renews. Another process takes it over one second after the last renewal. A
    lease that ends implausibly far in the future is taken over at once.
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
