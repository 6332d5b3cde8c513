"""Give each request an id for the log, and measure how long its response takes."""

import re
import secrets
from collections.abc import Iterable
from itertools import count
from time import perf_counter
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from campaign.edge.client_address import FROM_TRUSTED_PROXY
from campaign.monitoring.metrics import NO_VIEW, note_request
from campaign.process.log_fields import LogFields, log_fields

HEADER = "X-Request-ID"
# Hexadecimal digits and hyphens, as proxies make it. Clients may send any text to the proxy, and
# what a person entered must not reach the log.
PROXYS_ID = re.compile(r"[0-9A-Fa-f-]{16,64}", re.ASCII)


class RequestMonitor:
    """WSGI layer that gives each request an id, logs with it, and measures the response.

    The id comes from the trusted proxy that sent the request, or is made here. The response has it
    in `X-Request-ID`.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._prefix = secrets.token_hex(4)
        self._numbers = count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass on the request."""
        started_at = perf_counter()
        request_id = self._id_of(environ)
        fields: LogFields = {"request_id": request_id}
        # This is not undone, because a body that is streamed is written after we return. The next
        # request on this thread replaces it.
        log_fields.set(fields)
        first_digit = "5"

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal first_digit
            first_digit = status[0]
            return start_response(status, [*headers, (HEADER, request_id)], exc_info)

        try:
            return self._app(environ, start)
        finally:
            endpoint = str(fields.get("endpoint", NO_VIEW))
            note_request(endpoint, first_digit, perf_counter() - started_at)

    def _id_of(self, environ: WSGIEnvironment) -> str:
        if environ.get(FROM_TRUSTED_PROXY):
            sent = environ.get("HTTP_X_REQUEST_ID", "")
            if PROXYS_ID.fullmatch(sent):
                return str(sent)
        return f"{self._prefix}-{next(self._numbers):x}"


def note_endpoint(endpoint: str | None, _view_args: Any = None) -> None:
    """Record which view answers the request. Flask calls this before the view."""
    fields = log_fields.get(None)
    if fields is not None:
        fields["endpoint"] = endpoint or NO_VIEW
