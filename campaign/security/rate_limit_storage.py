"""Where the processes of a site count for their limits."""

import logging
import time

from limits.storage import MemoryStorage, Storage, storage_from_string

from campaign.security.sqlite_storage import SqliteStorage

# Nobody who signs is to wait longer for a counter; and where it is away, it is not asked again before so many seconds.
PATIENCE_SECONDS = 1
AWAY_SECONDS = 5

log = logging.getLogger("campaign.counters")


def limit_storage(config):
    """Return the storage for the `limits` library: Redis where there is one, else a file of this machine."""
    if config["REDIS_URL"]:
        waits = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
        return FallbackStorage(storage_from_string(config["REDIS_URL"], **waits))
    return FallbackStorage(SqliteStorage(f"{config['VAR_DIR']}/counters.sqlite3"))


class FallbackStorage(Storage):
    """A storage for the `limits` library before another one, `shared`: while that cannot be reached, each process counts by itself.

    So a full disk or a Redis that restarts stops nobody from signing, and lets nobody guess passwords without end.
    """

    def __init__(self, shared):
        super().__init__(None)
        self._shared = shared
        self._own = MemoryStorage()
        self._away_until = 0.0

    @property
    def base_exceptions(self):
        return self._shared.base_exceptions

    def incr(self, key, expiry, amount=1):
        return self._ask("incr", key, expiry, amount)

    def get(self, key):
        return self._ask("get", key)

    def get_expiry(self, key):
        return self._ask("get_expiry", key)

    def check(self):
        return self._ask("check")

    def reset(self):
        return self._ask("reset")

    def clear(self, key):
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
