"""Serve `/metrics` from a process that serves nothing else."""

import socket
import threading
from collections.abc import Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = "/metrics"
NOT_FOUND = b"Only /metrics is here.\n"


class _Handler(WSGIRequestHandler):
    # A client that sends nothing keeps its thread this long.
    timeout = 10

    def log_message(self, *_: Any) -> None:
        """Log nothing: the log has no IP addresses."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        super().__init__((host, port), _Handler)


def serve_metrics(app: WSGIApplication, host: str, port: int) -> None:
    """Let `app` answer requests for its metrics at `host` and `port`, in threads.

    Requests for anything else get 404. Raise OSError if nothing can listen there.
    """

    def only_metrics(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == ADDRESS:
            return app(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [NOT_FOUND]

    server = _Server(host, port)
    server.set_app(only_metrics)
    threading.Thread(target=server.serve_forever, name="metrics server", daemon=True).start()
