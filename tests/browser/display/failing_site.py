"""Serve a site on which everything fails on request: /<lang>/fails/<status>."""

import threading

from flask import abort
from sqlalchemy.exc import OperationalError
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.conftest import make_app

STATUSES = (403, 404, 405, 410, 413, 422, 429, 500, 503)


class Quiet(WSGIRequestHandler):
    def log(self, *details):
        """Stay silent, because a test prints nothing unless it fails."""


def failing_site(var):
    """Return a server that runs in its own thread until its `shutdown()`."""
    app = make_app(f"sqlite:///{var / 'none.sqlite3'}", var)
    app.add_url_rule("/<lang>/fails/<int:status>", view_func=_fail)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _fail(status):
    if status == 500:
        raise RuntimeError("as told")
    if status == 503:
        raise OperationalError("as told", {}, None)
    abort(status)
