"""Run Granian so that it passes requests to a `WsgiBridge`."""

import os
import socket
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from granian._granian import CallbackScheduler, RSGIWorker, SocketHolder, WorkerSignal
from granian._signals import set_main_signals, set_sync_signals
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels
from granian.server.common import AbstractServer
from granian.server.mp import MPServer, WorkerProcess

from campaign.server.bridge import WsgiBridge
from campaign.server.systemd import notify_ready

# Connections per process. With Granian's default, some four thousand open live pages would block
# everyone else.
MAX_CONNECTIONS = 65_536
MAX_HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 15
BACKLOG = 4096
# How long a process that shares its socket still reads from its connections before it closes those
# that are idle.
LEAVING_SECONDS = 1
# How many seconds late the handler of a signal may run.
SIGNAL_SECONDS = 0.5
# The stubs of these classes lack a method and list other arguments.
_Worker: Any = RSGIWorker
_SocketHolder: Any = SocketHolder


def server(
    target: str,
    *,
    host: str,
    port: int,
    processes: int,
    threads: int,
    stop_seconds: int,
    listening: socket.socket | None = None,
) -> AbstractServer[Any]:
    """Return a server. Each process calls `target` (`module:name`) to get its WsgiBridge.

    If `listening` is given, the server shares that socket with others, and `host` and `port` are
    not used. Connections that nobody has accepted when it stops then wait for the others.
    """
    return _Server(
        target,
        listening,
        factory=True,
        address=host,
        port=port,
        # This selects Granian's thread settings. `_serve_process` then uses RSGI.
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=processes,
        blocking_threads=threads,
        backlog=BACKLOG,
        backpressure=MAX_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=MAX_HEADER_BYTES
        ),
        respawn_failed_workers=True,
        workers_kill_timeout=stop_seconds,
        log_level=LogLevels.error,
        # Its log lines pass through our own handler, like all others.
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},
    )


class _Server(MPServer):
    """Granian's RSGI on many threads, without an event loop.

    An event loop would be one more thread to wait for at each step.
    """

    def __init__(self, target: str, listening: socket.socket | None, **options: Any) -> None:
        super().__init__(target, **options)
        self._listening = listening

    def _init_shared_socket(self) -> None:
        if self._listening is None:
            # Granian has no types for its method.
            super()._init_shared_socket()  # type: ignore[no-untyped-call]
            return
        self._shd = _SocketHolder(self._listening.fileno(), False, BACKLOG)
        self._sso = self._listening

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


class _LoopStub:
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
    _, shared = sock
    if shared is not None:
        _leave_before_stopping(signal, shared.get_fd(), bridge)
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
    loop = _LoopStub()
    scheduler = _Scheduler(loop, bridge.start(), None, None, None)
    # Granian's signal that all requests have been answered can get lost, and then this process
    # would wait until it is killed. Granian also drops the scheduler at that moment.
    weakref.finalize(scheduler, stopped.set)
    worker.serve_mtr(scheduler, loop, signal)
    del scheduler
    notify_ready()
    # Python may not run the handler of a signal that arrives right before a wait without an end.
    while not stopped.wait(SIGNAL_SECONDS):
        pass


def _leave_before_stopping(stop: WorkerSignal, descriptor: int, bridge: WsgiBridge) -> None:
    """When asked to stop, accept no more connections, and stop when the accepted ones were read.

    Granian stops both at once. It would close connections whose request it has not read yet.
    """

    def leave(*_: object) -> None:
        set_main_signals(lambda *_: None)
        # Granian accepts from this descriptor. From now on, it is a socket to which nobody
        # connects.
        with socket.create_server(("127.0.0.1", 0)) as unused:
            unused.setblocking(False)
            os.dup2(unused.fileno(), descriptor)
        bridge.shut_down()
        time.sleep(LEAVING_SECONDS)
        stop.set()

    set_main_signals(leave)
