"""Cache of public pages in memory. One thread at a time renders each page."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeGuard
from wsgiref.types import StartResponse, WSGIEnvironment

from campaign.edge.cached_response import CachedResponse, clock
from campaign.http.caching import DATABASE_IS_AWAY
from campaign.http.tracking_parameters import is_tracking_parameter
from campaign.surge.levels import SurgeLevel
from campaign.surge.state import SurgeState

MAX_RESPONSE_BYTES = 4 * 1024 * 1024
MAX_CACHE_BYTES = 96 * 1024 * 1024
# None of our URLs is this long. Caching longer ones would let anyone fill the memory with made-up
# URLs.
MAX_URL_LENGTH = 2000
MAX_RESPONSES = 5000
STALE_SECONDS = 1
MAX_WAIT_SECONDS = 5
# In a surge, a response is served this many times longer, but at most so many seconds longer.
SURGE_FACTOR, MAX_SURGE_SECONDS = 4, 60
# While the database is down, one request in this many seconds checks whether it is back. The others
# are answered at once.
PROBE_SECONDS = 2
# Pages below this path belong to one person. They bypass the cache, keep range requests, and never
# wait for another request.
PRIVATE = "/organize/"


class PageCache:
    """WSGI layer that caches responses that are the same for every visitor.

    These are marked `Cache-Control: public`, set no cookie, and vary only by encoding.

    A fresh response is served as it is. When it is stale, one request renders it again. The others
    get the previous response, for at most STALE_SECONDS longer. After that they wait for the new
    one, but at most MAX_WAIT_SECONDS: then they get the previous one after all. The site is
    overloaded at that point, and threads that wait forever would block everything else.

    From the level PAGES_OLDER of `surge` on, responses are served longer before they are rendered
    again.

    Private responses, very long URLs and very large bodies are never cached. Large bodies are
    streamed, with range requests kept.

    While the database is down, responses are served from memory for as long as their header allows
    it (`stale-if-error`).
    """

    def __init__(
        self,
        app: Callable[[WSGIEnvironment, Any], Iterable[bytes]],
        surge: SurgeState | None = None,
    ) -> None:
        self._app = app
        self._surge = surge or SurgeState()
        self._responses: dict[tuple[str, str], CachedResponse] = {}
        self._renderers: dict[tuple[str, str], threading.Lock] = {}
        self._guard = threading.Lock()
        self._packer = ThreadPoolExecutor(1, "packer")
        self._size = 0
        self._database_is_away = False
        self._next_probe = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer GET and HEAD from the cache where possible. Pass on everything else."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if path.startswith(PRIVATE) or len(path) + len(query) > MAX_URL_LENGTH:
            return self._app(environ, start_response)
        fresh = self.fresh_response(path, query)
        if fresh is not None:
            return fresh.send(environ, start_response)
        key = path, without_tracking(query)
        return self._renew(key, self._responses.get(key), environ, start_response)

    def fresh_response(self, path: str, query: str) -> CachedResponse | None:
        """Return the response for a GET of this address if it need not be rendered again."""
        response = self._responses.get((path, without_tracking(query)))
        if response is not None and response.age() <= self._fresh_seconds(response):
            return response
        return None

    def _renew(
        self,
        key: tuple[str, str],
        last: CachedResponse | None,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        if _is_usable(last) and not self._may_call_app():
            return last.send(environ, start_response)
        with self._guard:
            lock = self._renderers.setdefault(key, threading.Lock())
            is_first = lock.acquire(blocking=False)
        if is_first:
            try:
                return self._send_new(key, environ, start_response)
            finally:
                with self._guard:
                    del self._renderers[key]
                    lock.release()
        if _is_recent(last):
            return last.send(environ, start_response)
        was_rendered = lock.acquire(timeout=MAX_WAIT_SECONDS)  # another thread is rendering it
        if was_rendered:
            lock.release()
        else:
            # The thread that renders it may hang. From now on other requests need not wait as long.
            self._note_database(is_away=True)
        current = self._responses.get(key)
        if _is_recent(current) or (current is not None and not was_rendered):
            return current.send(environ, start_response)
        return self._render(key, environ, start_response)

    def _send_new(
        self, key: tuple[str, str], environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        # Another thread may have rendered it between our check and taking the lock.
        response = self.fresh_response(*key)
        if response is not None:
            return response.send(environ, start_response)
        return self._render(key, environ, start_response)

    def _render(
        self, key: tuple[str, str], environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        environ["volante.next_ms"] = self._surge.next_ms
        status, headers, chunks = self._call_app(environ)
        last = self._responses.get(key)
        if self._database_is_away and status.startswith("503") and _is_usable(last):
            _close(chunks)
            return last.send(environ, start_response)
        cache_control = _public_cache_control(status, headers)
        if cache_control and _length(headers) > MAX_RESPONSE_BYTES:
            _close(chunks)
            return self._app(environ, start_response)
        if cache_control is None:
            self._forget(key)
            start_response(status, headers)
            if environ["REQUEST_METHOD"] != "HEAD":
                return chunks
            _close(chunks)
            return []
        try:
            body = b"".join(chunks)
        finally:
            _close(chunks)
        response = CachedResponse(status, headers, body, cache_control)
        if len(body) <= MAX_RESPONSE_BYTES:
            response.reuse_bodies(self._responses.get(key))
            self._remember(key, response)
            if response.is_due_for_compression():
                self._packer.submit(response.compress_harder)
        return response.send(environ, start_response)

    def _call_app(
        self, environ: WSGIEnvironment
    ) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
        """Call the application with an unconditional GET.

        The body of a HEAD request is cut off later.
        """
        started = []
        app_environ = {
            name: value
            for name, value in environ.items()
            if name not in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")
        }
        app_environ["REQUEST_METHOD"] = "GET"
        chunks = self._app(
            app_environ, lambda status, headers, _exc_info=None: started.append((status, headers))
        )
        self._note_database(is_away=DATABASE_IS_AWAY in app_environ)
        return *started[-1], chunks

    def _note_database(self, *, is_away: bool) -> None:
        self._database_is_away = is_away
        self._next_probe = clock() + PROBE_SECONDS

    def _may_call_app(self) -> bool:
        """Return whether to call the application.

        While the database is down, only one request every PROBE_SECONDS does.
        """
        with self._guard:
            if not self._database_is_away:
                return True
            is_due = clock() >= self._next_probe
            if is_due:
                self._next_probe = clock() + PROBE_SECONDS
            return is_due

    def _fresh_seconds(self, response: CachedResponse) -> float:
        seconds = response.fresh_for
        if self._surge.level < SurgeLevel.PAGES_OLDER:
            return seconds
        return min(seconds * SURGE_FACTOR, seconds + MAX_SURGE_SECONDS)

    def _remember(self, key: tuple[str, str], response: CachedResponse) -> None:
        with self._guard:
            self._drop(key)
            self._responses[key] = response
            self._size += response.size
            while self._size > MAX_CACHE_BYTES or len(self._responses) > MAX_RESPONSES:
                self._drop(next(iter(self._responses)))

    def _forget(self, key: tuple[str, str]) -> None:
        if key in self._responses:
            with self._guard:
                self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        last = self._responses.pop(key, None)
        self._size -= last.size if last else 0


@lru_cache(maxsize=1000)
def without_tracking(query: str) -> str:
    """Return the query string without parameters that only track where a visitor came from."""
    parts = query.split("&") if query else ()
    return "&".join(part for part in parts if not is_tracking_parameter(part.partition("=")[0]))


def _is_recent(response: CachedResponse | None) -> TypeGuard[CachedResponse]:
    return response is not None and response.age() <= response.fresh_for + STALE_SECONDS


def _is_usable(response: CachedResponse | None) -> TypeGuard[CachedResponse]:
    return response is not None and response.age() <= response.usable_for


def _close(chunks: Iterable[bytes]) -> None:
    if hasattr(chunks, "close"):
        chunks.close()


def _length(headers: list[tuple[str, str]]) -> int:
    return next((int(value) for name, value in headers if name.lower() == "content-length"), 0)


def _public_cache_control(status: str, headers: list[tuple[str, str]]) -> str | None:
    """Return the Cache-Control header of a response that anyone may get, or None."""
    by_name = {name.lower(): value for name, value in headers}
    cache_control = by_name.get("cache-control", "")
    varies = by_name.get("vary", "").replace("Accept-Encoding", "").strip(", ")
    if (
        not status.startswith("200")
        or "public" not in cache_control
        or "set-cookie" in by_name
        or varies
    ):
        return None
    return cache_control
