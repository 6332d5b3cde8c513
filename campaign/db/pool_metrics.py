"""How many of this process's connections to the database are in use."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool


class PoolMetrics(Collector):
    """The connections of the pool of `engine`, if it has one with a limit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Yield how many connections are in use, and how many there may be."""
        pool = self._engine.pool
        if not isinstance(pool, QueuePool):
            return
        # `pool.overflow()` would not do, because it is negative until the pool is full.
        max_connections = pool.size() + max(0, pool._max_overflow)
        yield GaugeMetricFamily(
            "volante_pool_in_use", "Database connections in use.", value=pool.checkedout()
        )
        yield GaugeMetricFamily(
            "volante_pool_size",
            "Database connections that the process may use.",
            value=max_connections,
        )
