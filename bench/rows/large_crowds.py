"""Twice as many watchers as `watching` has, and as many as one machine keeps at the slowest pace.

Each watcher needs an open file on both sides: first raise the limit by `ulimit -n 300000`.
"""

from bench.rows import watching
from bench.rows.watching import Crowd
from campaign.surge.levels import MAX_INTERVAL_MS

CROWDS = (Crowd(20_000), Crowd(100_000, MAX_INTERVAL_MS / 1000, paces=4))


def measure(scale, folder):
    """Yield the rows of `watching` for each of CROWDS."""
    for crowd in CROWDS:
        yield from watching.measure(scale, folder, crowd)
