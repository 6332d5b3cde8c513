"""Show the metrics of all processes that share VAR_DIR, whichever of them answers.

Each process writes its own to a file in VAR_DIR every WRITE_SECONDS. `/metrics` reads the files of
the others. The label `process` keeps them apart, so that a restart is a new series and no counter
ever seems to fall.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

FOLDER = "metrics"
WRITE_SECONDS = 5
# A process that has not written for this long has ended.
MAX_AGE_SECONDS = 30


class ProcessMetrics(Collector):
    """The metrics of this process, which `collectors` return, and those of its neighbours.

    Before `start`, it neither writes its metrics nor reads those of others.
    """

    def __init__(self, var: str | Path, collectors: Iterable[Collector]) -> None:
        self._name = "command"
        self._folder = Path(var, FOLDER)
        self._collectors = list(collectors)
        self._is_started = False

    @property
    def _file(self) -> Path:
        return self._folder / f"{self._name}.json"

    def start(self, role: str) -> Self:
        """Write the metrics from now on, in a thread, and return this object.

        `role` says what this process does: `web`, `worker` or `runner`.
        """
        # Containers that share the folder may have the same process numbers.
        self._name = f"{role}-{os.getpid()}@{socket.gethostname()}"
        self._is_started = True
        threading.Thread(target=self._repeat, name="metrics", daemon=True).start()
        return self

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of all processes."""
        families: dict[str, Metric] = {}
        rows = self._own_rows()
        for process, name, kind, meaning, samples in (*rows, *self._rows_of_others()):
            family = families.setdefault(name, Metric(name, meaning, kind))
            for sample, labels, value in samples:
                family.add_sample(sample, {**labels, "process": process}, value)
        yield from families.values()

    def write(self) -> None:
        """Write the metrics of this process for the others. Raise OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        draft = self._folder / f"{self._name}.part"
        draft.write_text(json.dumps(list(self._own_rows())))
        draft.replace(self._file)

    def _own_rows(self) -> Iterator[tuple[Any, ...]]:
        for collector in self._collectors:
            for metric in collector.collect():
                samples = [(sample.name, sample.labels, sample.value) for sample in metric.samples]
                yield self._name, metric.name, metric.type, metric.documentation, samples

    def _rows_of_others(self) -> Iterator[tuple[Any, ...]]:
        if not self._is_started:
            return
        for file in self._folder.glob("*.json"):
            if file == self._file:
                continue
            try:
                if time.time() - file.stat().st_mtime > MAX_AGE_SECONDS:
                    file.unlink()
                else:
                    yield from json.loads(file.read_text())
            except (OSError, ValueError):
                # The process has just ended, and another one has removed its file.
                continue

    def _repeat(self) -> None:
        while True:
            # On a full disk this process is missing from the answers of others.
            with suppress(OSError):
                self.write()
            time.sleep(WRITE_SECONDS)
