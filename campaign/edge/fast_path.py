"""Answer requests from the page cache before the server makes WSGI requests of them."""

from time import perf_counter
from typing import TypeAlias

from granian.rsgi import Scope

from campaign.edge.api_limit import PREFIX as API
from campaign.edge.known_hosts import KnownHosts
from campaign.edge.page_cache import PageCache
from campaign.monitoring.metrics import NO_VIEW, note_request

# The status, the headers and the body.
Response: TypeAlias = tuple[int, list[tuple[str, str]], bytes]


class FastPath:
    """Answers a GET of a page that is fresh in memory, as the WSGI layers would.

    To make a WSGI request and call all layers takes longer than the response itself. Nothing is
    logged about these responses, so they have no request id. All other requests go to the layers.
    """

    def __init__(self, pages: PageCache, hosts: KnownHosts) -> None:
        self._pages, self._hosts = pages, hosts

    def __call__(self, scope: Scope) -> Response | None:
        """Return the response to a request, or None if the layers must handle it."""
        started_at = perf_counter()
        path = scope.path
        # WSGI spells other characters differently, and requests to the API are counted.
        if scope.method != "GET" or not path.isascii() or path.startswith(API):
            return None
        cached = self._pages.fresh_response(path, scope.query_string)
        if cached is None:
            return None
        sent = _sole_headers(scope)
        if sent is None or not self._hosts.is_known(sent.get("host", "").lower()):
            return None
        status, headers, body = cached.parts_for(
            sent.get("if-none-match"), sent.get("accept-encoding", "")
        )
        note_request(NO_VIEW, status[0], perf_counter() - started_at)
        return int(status[:3]), headers, body


def _sole_headers(scope: Scope) -> dict[str, str] | None:
    """Return the headers of a request, or None if it has a body or the same header twice."""
    sent: dict[str, str] = {}
    for name, value in scope.headers.items():
        if name in sent or name in ("content-length", "transfer-encoding"):
            return None
        sent[name] = value
    return sent
