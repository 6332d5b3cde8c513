"""Check the servers beside the database that a site may use: Redis and the standby."""

from collections.abc import Iterator, Mapping
from time import sleep
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from campaign.db.replica import CHECK_SECONDS, Replica
from campaign.extensions import db
from campaign.health.findings import Finding, ok, warning, wrong
from campaign.security.rate_limit_storage import redis_storage, try_to_count


def check_redis(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether Redis counts requests, if the site uses it."""
    if not settings["REDIS_URL"]:
        return
    storage = redis_storage(settings["REDIS_URL"])
    try:
        try_to_count(storage)
    except storage.base_exceptions as error:
        yield wrong(
            "redis",
            f"it cannot be used, so each process counts requests on its own: {_first_line(error)}",
            "Start Redis, and check REDIS_URL: host, port and password. If Redis is full, give it more"
            " memory.",
        )
        return
    yield ok("redis", "all processes share their rate limits")


def check_standby(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether the standby can answer public pages, if the site uses one."""
    if not settings["DATABASE_REPLICA_URL"]:
        return
    engine = create_engine(
        settings["DATABASE_REPLICA_URL"], **settings["SQLALCHEMY_ENGINE_OPTIONS"]
    )
    try:
        yield _check_standby(engine, max_lag=settings["DATABASE_REPLICA_MAX_LAG"])
    finally:
        engine.dispose()


def _check_standby(engine: Engine, *, max_lag: int) -> Finding:
    try:
        with engine.connect() as connection:
            is_standby = connection.scalar(text("select pg_is_in_recovery()"))
    except SQLAlchemyError as error:
        return wrong(
            "standby",
            f"it cannot be used, so the primary answers all pages: {_first_line(error)}",
            "Start the standby, and check DATABASE_REPLICA_URL: host, name, user and password.",
        )
    if not is_standby:
        return wrong(
            "standby",
            "DATABASE_REPLICA_URL names a server that is no standby, so it is not used",
            "Name the standby. After a failover, set up a new one.",
        )
    if _has_caught_up(engine, max_lag):
        return ok("standby", f"it is less than {max_lag} seconds behind")
    return warning(
        "standby",
        f"it is more than {max_lag} seconds behind, so the primary answers all pages",
        "Check that it receives data: select status, latest_end_time from pg_stat_wal_receiver."
        " Its log says why not.",
    )


def _has_caught_up(engine: Engine, max_lag: int) -> bool:
    """Return whether the standby shows within `max_lag` seconds what the primary has now."""
    replica = Replica(engine, db.engine, max_lag_seconds=max_lag)
    for _ in range(round(max_lag / CHECK_SECONDS)):
        replica.check()
        if replica.is_usable:
            return True
        sleep(CHECK_SECONDS)
    return False


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).partition("\n")[0]
