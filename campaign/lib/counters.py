"""Where the processes of a site count for their limits."""

from limits.storage import storage_from_string

from campaign.lib.shared_counters import SharedCounters


def storage_of(config):
    """Return the storage for the `limits` library: Redis where there is one, else a file of this machine."""
    if config["REDIS_URL"]:
        return storage_from_string(config["REDIS_URL"])
    return SharedCounters(f"{config['VAR_DIR']}/counters.sqlite3")
