"""Granian, told to hand requests to a `WsgiBridge`."""

import threading

from granian import Granian
from granian._granian import CallbackScheduler, RSGIWorker
from granian._signals import set_sync_signals
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import WorkerProcess

# Connections that one process holds; without it some four thousand watchers would shut everybody else out.
MAX_CONNECTIONS = 65_536
MAX_HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 15


def server(target, *, host, port, processes, threads, stop_seconds):
    """Return a server of the WsgiBridge that the function at `target` (`module:name`) makes in each process."""
    return _Server(
        target,
        factory=True,
        address=host,
        port=port,
        # Its settings for threads; the interface itself is chosen below.
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
    )


class _Server(Granian):
    """Granian's RSGI on many threads and without an event loop: that would be one more thread to wait for at each step."""

    def serve(self):
        super().serve(_serve_process)


class _Scheduler(CallbackScheduler):
    """Takes each request on the thread that Granian gives it."""

    def __init__(self, loop, bridge, *_):
        super().__init__()
        self._schedule_fn = lambda watcher: bridge.handle(watcher.scope, watcher.proto)


class _NoLoop:
    """Stands where Granian looks for an event loop: what is to be called is called here and now."""

    def call_soon(self, callback, *arguments, context=None):
        callback(*arguments)

    call_soon_threadsafe = call_soon


@WorkerProcess.wrap_target
def _serve_process(
    worker_id,
    bridge,
    sock,
    ipc,
    _loop,
    _runtime_mode,
    runtime_threads,
    runtime_blocking_threads,
    threads,
    threads_idle_timeout,
    backpressure,
    _task_impl,
    http_mode,
    http1_settings,
    http2_settings,
    websockets,
    static_path,
    _log_access_format,
    ssl_ctx,
    _scope_options,
    metrics,
):
    signal = set_sync_signals()
    stopped = threading.Event()
    signal.add_cb(stopped.set)
    worker = RSGIWorker(
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
