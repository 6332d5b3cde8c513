"""Where rate-limit counters are kept: Redis, an SQLite file, or memory when that fails."""

import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from limits.storage import MemoryStorage, Storage, storage_from_string

from campaign.process.circuit_breaker import CircuitBreaker

# How long a request may wait for a counter, and for how long a storage that failed is left alone.
MAX_WAIT_SECONDS = 1
AWAY_SECONDS = 5
SWEEP_EVERY = 1000
# The counter that only shows whether a storage counts.
TRIED_KEY, TRIED_SECONDS = "tried", 60

log = logging.getLogger("campaign.rate_limits")


def limit_storage(config: Mapping[str, Any]) -> Storage:
    """Return a storage for the `limits` library: Redis if configured, else an SQLite file."""
    if config["REDIS_URL"]:
        return FallbackStorage(redis_storage(config["REDIS_URL"]))
    return FallbackStorage(SqliteStorage(f"{config['VAR_DIR']}/counters.sqlite3"))


def redis_storage(url: str) -> Storage:
    """Return a storage in Redis that fails when Redis does not answer in time."""
    timeouts = {"socket_timeout": MAX_WAIT_SECONDS, "socket_connect_timeout": MAX_WAIT_SECONDS}
    return cast(Storage, storage_from_string(url, **timeouts))


def try_to_count(storage: Storage) -> None:
    """Count once in `storage`. Raise one of its `base_exceptions` if it does not count.

    A question such as Redis's PING would not notice a server that only refuses to write.
    """
    storage.incr(TRIED_KEY, TRIED_SECONDS)


class FallbackStorage(Storage):
    """A storage for the `limits` library that uses memory while `shared` is unreachable.

    Each process then counts alone. So a full disk or a restarting Redis does not keep people from
    signing, and does not allow unlimited password guesses.
    """

    def __init__(self, shared: Any) -> None:
        super().__init__(None)
        self._shared = shared
        self._own = MemoryStorage()
        self._breaker = CircuitBreaker(AWAY_SECONDS)

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What the shared storage raises."""
        return cast("type[Exception] | tuple[type[Exception], ...]", self._shared.base_exceptions)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add `amount` to the counter of `key`, and return its new value."""
        return cast(int, self._call("incr", key, expiry, amount))

    def get(self, key: str) -> int:
        """Return the counter of `key`."""
        return cast(int, self._call("get", key))

    def get_expiry(self, key: str) -> float:
        """Return when the window of `key` ends, in seconds since 1970."""
        return cast(float, self._call("get_expiry", key))

    def check(self) -> bool:
        """Return whether the storage works."""
        return cast(bool, self._call("check"))

    def is_shared(self) -> bool:
        """Try to count; return whether `shared` did, and not only the memory of this process."""
        try_to_count(self)
        return not self._breaker.is_open()

    def reset(self) -> int | None:
        """Delete all counters."""
        return cast("int | None", self._call("reset"))

    def clear(self, key: str) -> None:
        """Delete the counter of `key`."""
        self._call("clear", key)

    def _call(self, method: str, *arguments: Any) -> Any:
        if not self._breaker.is_open():
            try:
                return getattr(self._shared, method)(*arguments)
            except self._shared.base_exceptions:
                self._breaker.open()
                log.exception(
                    "the shared counters are away; this process counts by itself for %s s",
                    AWAY_SECONDS,
                )
        return getattr(self._own, method)(*arguments)


class SqliteStorage(Storage):
    """A storage for the `limits` library in its own SQLite file, which may be lost any time.

    It never waits for the disk, so a count takes about 20 microseconds. Several machines share
    counters through Redis instead.
    """

    # The library declares it as the variable of an instance.
    STORAGE_SCHEME = ["volante-shared"]  # noqa: RUF012

    def __init__(self, path: str | Path, **options: Any) -> None:
        super().__init__(None, **options)
        self._path = path
        self._local = threading.local()
        self._incremented = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What SQLite raises."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add `amount` to the counter of `key`, and return its new value."""
        now = time.time()
        self._incremented += 1
        if self._incremented % SWEEP_EVERY == 0:
            self._run("delete from counter where expires <= ?", now)
        count: int = self._run(
            "insert into counter values (:key, :amount, :expires) on conflict (key) do update set"
            " count = case when expires between :now and :latest then count + :amount else :amount end,"
            " expires = case when expires between :now and :latest then expires else :expires end returning count",
            # An expiry after `latest` means that the clock was set back. Without this check, the
            # window would last for hours.
            key=key,
            amount=amount,
            expires=now + expiry,
            now=now,
            latest=now + 2 * expiry,
        )[0]
        return count

    def get(self, key: str) -> int:
        """Return the counter of `key`."""
        row = self._run("select count from counter where key = ? and expires > ?", key, time.time())
        return row[0] if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window of `key` ends, in seconds since 1970."""
        row = self._run("select expires from counter where key = ?", key)
        return row[0] if row else time.time()

    def check(self) -> bool:
        """Return whether the storage works."""
        return cast(bool, self._run("select 1") == (1,))

    def reset(self) -> None:
        """Delete all counters."""
        self._run("delete from counter")

    def clear(self, key: str) -> None:
        """Delete the counter of `key`."""
        self._run("delete from counter where key = ?", key)

    def _run(self, sql: str, *values: Any, **named: Any) -> Any:
        rows = self._connection().execute(sql, named or values).fetchall()
        return rows[0] if rows else None

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=MAX_WAIT_SECONDS, isolation_level=None)
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=off")
            connection.execute(
                "create table if not exists counter (key text primary key, count int, expires real) without rowid"
            )
            self._local.connection = connection
        return cast(sqlite3.Connection, self._local.connection)
