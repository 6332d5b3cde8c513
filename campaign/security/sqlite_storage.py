"""Rate-limit counters that the processes of one machine share in an SQLite file."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from limits.storage import Storage

SWEEP_EVERY = 1000
PATIENCE_SECONDS = 1


class SqliteStorage(Storage):
    """A storage for the `limits` library in its own SQLite file, which may be lost any time.

    It never waits for the disk, so a count takes about 20 microseconds. Several machines share
    counters through Redis instead.
    """

    STORAGE_SCHEME = ["volante-shared"]

    def __init__(self, path: str | Path, **options: Any) -> None:
        super().__init__(None, **options)
        self._path = path
        self._local = threading.local()
        self._incremented = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        self._incremented += 1
        if self._incremented % SWEEP_EVERY == 0:
            self._run("delete from counter where expires <= ?", now)
        return self._run(
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

    def get(self, key: str) -> int:
        row = self._run("select count from counter where key = ? and expires > ?", key, time.time())
        return row[0] if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._run("select expires from counter where key = ?", key)
        return row[0] if row else time.time()

    def check(self) -> bool:
        return self._run("select 1") == (1,)

    def reset(self) -> None:
        self._run("delete from counter")

    def clear(self, key: str) -> None:
        self._run("delete from counter where key = ?", key)

    def _run(self, sql, *values, **named):
        rows = self._connection().execute(sql, named or values).fetchall()
        return rows[0] if rows else None

    def _connection(self):
        if not hasattr(self._local, "connection"):
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=PATIENCE_SECONDS, isolation_level=None)
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=off")
            connection.execute(
                "create table if not exists counter (key text primary key, count int, expires real) without rowid"
            )
            self._local.connection = connection
        return self._local.connection
