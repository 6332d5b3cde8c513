"""Run Granian so that it passes requests to a `WsgiBridge`."""

import threading
from collections.abc import Callable
from typing import Any

from granian._granian import CallbackScheduler, RSGIWorker
from granian._signals import set_sync_signals
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels
from granian.server.common import AbstractServer
from granian.server.mp import MPServer, WorkerProcess

from campaign.server.bridge import WsgiBridge

# Connections per process. With Granian's default, some four thousand open live pages would block
# everyone else.
MAX_CONNECTIONS = 65_536
MAX_HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 15
# The stub of this class lacks a method and lists other arguments.
_Worker: Any = RSGIWorker


def server(
    target: str, *, host: str, port: int, processes: int, threads: int, stop_seconds: int
) -> AbstractServer[Any]:
    """Return a server; each process calls `target` (`module:name`) to get its WsgiBridge."""
    return _Server(
        target,
        factory=True,
        address=host,
        port=port,
        # This selects Granian's thread settings. `_serve_process` then uses RSGI.
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=processes,
        blocking_threads=threads,
        backlog=4096,
        backpressure=MAX_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=MAX_HEADER_BYTES
        ),
        respawn_failed_workers=True,
        workers_kill_timeout=stop_seconds,
        log_level=LogLevels.error,
        # Its lines pass through our own handler, like all others.
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},
    )


class _Server(MPServer):
    """Granian's RSGI on many threads, without an event loop.

    An event loop would be one more thread to wait for at each step.
    """

    def serve(
        self,
        spawn_target: Callable[..., None] | None = None,
        target_loader: Callable[..., Callable[..., Any]] | None = None,
        wrap_loader: bool = True,
    ) -> None:
        super().serve(spawn_target or _serve_process, target_loader, wrap_loader)


class _Scheduler(CallbackScheduler):
    """Handles each request on the thread on which Granian delivers it."""

    def __init__(self, loop: object, bridge: WsgiBridge, *_: object) -> None:
        super().__init__()
        self._schedule_fn = lambda watcher: bridge.handle(watcher.scope, watcher.proto)


class _NoLoop:
    """Replaces the event loop that Granian expects: it runs each callback at once."""

    def call_soon(
        self, callback: Callable[..., object], *arguments: Any, context: Any = None
    ) -> None:
        callback(*arguments)

    call_soon_threadsafe = call_soon


# Granian has no types for its decorator.
@WorkerProcess.wrap_target  # type: ignore[untyped-decorator]
def _serve_process(
    worker_id: int,
    bridge: WsgiBridge,
    sock: Any,
    ipc: Any,
    _loop: Any,
    _runtime_mode: Any,
    runtime_threads: int,
    runtime_blocking_threads: int,
    threads: int,
    threads_idle_timeout: int,
    backpressure: int,
    _task_impl: Any,
    http_mode: str,
    http1_settings: HTTP1Settings | None,
    http2_settings: HTTP2Settings | None,
    websockets: bool,
    static_path: Any,
    _log_access_format: Any,
    ssl_ctx: tuple[Any, ...],
    _scope_options: Any,
    metrics: Any,
) -> None:
    signal = set_sync_signals()
    stopped = threading.Event()
    signal.add_cb(stopped.set)
    worker = _Worker(
        worker_id,
        sock,
        ipc,
        runtime_threads,
        runtime_blocking_threads,
        threads,
        threads_idle_timeout,
        backpressure,
        http_mode,
        http1_settings,
        http2_settings,
        websockets,
        static_path,
        *ssl_ctx,
        metrics,
    )
    loop = _NoLoop()
    worker.serve_mtr(_Scheduler(loop, bridge.start(), None, None, None), loop, signal)
    stopped.wait()
