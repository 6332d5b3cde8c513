"""Twice as many watchers as `watching` has, and ten times as many at the slowest pace.

Each watcher needs an open file in a web process. Where the system limits them to fewer than sixty
thousand, set WEB_CONCURRENCY to have more web processes.
"""

from bench.rows import watching
from bench.rows.watching import Crowd
from campaign.surge.levels import MAX_INTERVAL_MS

CROWDS = (Crowd(20_000), Crowd(100_000, MAX_INTERVAL_MS / 1000, paces=4))


def measure(scale, folder):
    """Yield the rows of `watching` for each of CROWDS."""
    for crowd in CROWDS:
        yield from watching.measure(scale, folder, crowd)
