"""Choose the storage for rate-limit counters, and fall back to memory when it fails."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from limits.storage import MemoryStorage, Storage, storage_from_string

from campaign.security.sqlite_storage import SqliteStorage

# How long a request may wait for a counter, and for how long a storage that failed is left alone.
PATIENCE_SECONDS = 1
AWAY_SECONDS = 5

log = logging.getLogger("campaign.counters")


def limit_storage(config: Mapping[str, Any]) -> Storage:
    """Return a storage for the `limits` library: Redis if configured, else an SQLite file."""
    if config["REDIS_URL"]:
        waits = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
        return FallbackStorage(storage_from_string(config["REDIS_URL"], **waits))
    return FallbackStorage(SqliteStorage(f"{config['VAR_DIR']}/counters.sqlite3"))


class FallbackStorage(Storage):
    """A storage for the `limits` library that uses memory while `shared` is unreachable.

    Each process then counts alone. So a full disk or a restarting Redis does not keep people from
    signing, and does not allow unlimited password guesses.
    """

    def __init__(self, shared: Any) -> None:
        super().__init__(None)
        self._shared = shared
        self._own = MemoryStorage()
        self._away_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return self._shared.base_exceptions

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._ask("incr", key, expiry, amount)

    def get(self, key: str) -> int:
        return self._ask("get", key)

    def get_expiry(self, key: str) -> float:
        return self._ask("get_expiry", key)

    def check(self) -> bool:
        return self._ask("check")

    def reset(self) -> int | None:
        return self._ask("reset")

    def clear(self, key: str) -> None:
        return self._ask("clear", key)

    def _ask(self, what, *arguments):
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._shared, what)(*arguments)
            except self._shared.base_exceptions:
                self._away_until = time.monotonic() + AWAY_SECONDS
                log.exception(
                    "the shared counters are away; this process counts by itself for %s s",
                    AWAY_SECONDS,
                )
        return getattr(self._own, what)(*arguments)
