"""Cache of public pages in memory. One thread at a time renders each page."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeGuard
from wsgiref.types import StartResponse, WSGIEnvironment

from campaign.edge.cached_response import Answer, clock
from campaign.edge.poll_interval import Pace
from campaign.http.caching import DATABASE_IS_AWAY
from campaign.http.tracking_parameters import is_tracking_parameter

MAX_ANSWER_BYTES = 4 * 1024 * 1024
MAX_CACHE_BYTES = 96 * 1024 * 1024
# None of our URLs is this long. Caching longer ones would let anyone fill the memory with made-up
# URLs.
MAX_URL_LENGTH = 2000
MAX_ANSWERS = 5000
STALE_SECONDS = 1
PATIENCE_SECONDS = 5
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
    one, but at most PATIENCE_SECONDS: then they get the previous one after all. The site is
    overloaded at that point, and threads that wait forever would block everything else.

    Private responses, very long URLs and very large bodies are never cached. Large bodies are
    streamed, with range requests kept.

    While the database is down, responses are served from memory for as long as their header allows
    it (`stale-if-error`).
    """

    def __init__(
        self, app: Callable[[WSGIEnvironment, Any], Iterable[bytes]], pace: Pace | None = None
    ) -> None:
        self._app = app
        self._pace = pace
        self._answers = {}
        self._renderers = {}
        self._guard = threading.Lock()
        self._packer = ThreadPoolExecutor(1, "packer")
        self._size = 0
        self._database_is_away = False
        self._next_probe = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer GET and HEAD from the cache where possible; pass on everything else."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if path.startswith(PRIVATE) or len(path) + len(query) > MAX_URL_LENGTH:
            return self._app(environ, start_response)
        key = path, without_ways(query)
        answer = self._answers.get(key)
        if answer is not None and answer.age() <= answer.fresh_for:
            return answer.send(environ, start_response)
        return self._renew(key, answer, environ, start_response)

    def _renew(
        self,
        key: tuple[str, str],
        last: Answer | None,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        if _is_usable(last) and not self._may_ask():
            return last.send(environ, start_response)
        with self._guard:
            lock = self._renderers.setdefault(key, threading.Lock())
            first = lock.acquire(blocking=False)
        if first:
            try:
                return self._send_new(key, environ, start_response)
            finally:
                with self._guard:
                    del self._renderers[key]
                    lock.release()
        if _is_recent(last):
            return last.send(environ, start_response)
        ended = lock.acquire(timeout=PATIENCE_SECONDS)  # another thread is rendering it
        if ended:
            lock.release()
        else:
            # The thread that renders it may hang. From now on other requests need not wait as long.
            self._note_database(is_away=True)
        current = self._answers.get(key)
        if _is_recent(current) or (current is not None and not ended):
            return current.send(environ, start_response)
        return self._render(key, environ, start_response)

    def _send_new(
        self, key: tuple[str, str], environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        # Another thread may have rendered it between our check and taking the lock.
        answer = self._answers.get(key)
        if answer is not None and answer.age() <= answer.fresh_for:
            return answer.send(environ, start_response)
        return self._render(key, environ, start_response)

    def _render(
        self, key: tuple[str, str], environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if self._pace is not None:
            environ["volante.next_ms"] = self._pace.next_ms
        status, headers, chunks = self._ask(environ)
        last = self._answers.get(key)
        if self._database_is_away and status.startswith("503") and _is_usable(last):
            _close(chunks)
            return last.send(environ, start_response)
        rule = _rule_of_public(status, headers)
        if rule and _length(headers) > MAX_ANSWER_BYTES:
            _close(chunks)
            return self._app(environ, start_response)
        if rule is None:
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
        answer = Answer(status, headers, body, rule)
        if len(body) <= MAX_ANSWER_BYTES:
            answer.follow(self._answers.get(key))
            self._remember(key, answer)
            if answer.is_due_harder():
                self._packer.submit(answer.pack_harder)
        return answer.send(environ, start_response)

    def _ask(self, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
        """Call the application with an unconditional GET.

        The body of a HEAD request is cut off later.
        """
        told = []
        whole = {
            k: v
            for k, v in environ.items()
            if k not in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")
        }
        whole["REQUEST_METHOD"] = "GET"
        chunks = self._app(
            whole, lambda status, headers, exc_info=None: told.append((status, headers))
        )
        self._note_database(is_away=DATABASE_IS_AWAY in whole)
        return *told[-1], chunks

    def _note_database(self, *, is_away: bool) -> None:
        self._database_is_away = is_away
        self._next_probe = clock() + PROBE_SECONDS

    def _may_ask(self) -> bool:
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

    def _remember(self, key: tuple[str, str], answer: Answer) -> None:
        with self._guard:
            self._drop(key)
            self._answers[key] = answer
            self._size += answer.size
            while self._size > MAX_CACHE_BYTES or len(self._answers) > MAX_ANSWERS:
                self._drop(next(iter(self._answers)))

    def _forget(self, key: tuple[str, str]) -> None:
        if key in self._answers:
            with self._guard:
                self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        last = self._answers.pop(key, None)
        self._size -= last.size if last else 0


@lru_cache(maxsize=1000)
def without_ways(query: str) -> str:
    """Return the query string without parameters that only track where a visitor came from."""
    parts = query.split("&") if query else ()
    return "&".join(part for part in parts if not is_tracking_parameter(part.partition("=")[0]))


def _is_recent(answer: Answer | None) -> TypeGuard[Answer]:
    return answer is not None and answer.age() <= answer.fresh_for + STALE_SECONDS


def _is_usable(answer: Answer | None) -> TypeGuard[Answer]:
    return answer is not None and answer.age() <= answer.usable_for


def _close(chunks: Iterable[bytes]) -> None:
    if hasattr(chunks, "close"):
        chunks.close()


def _length(headers: list[tuple[str, str]]) -> int:
    return next((int(value) for name, value in headers if name.lower() == "content-length"), 0)


def _rule_of_public(status: str, headers: list[tuple[str, str]]) -> str | None:
    """Return the Cache-Control header of a response that anyone may get, or None."""
    named = {name.lower(): value for name, value in headers}
    rule = named.get("cache-control", "")
    varies = named.get("vary", "").replace("Accept-Encoding", "").strip(", ")
    if not status.startswith("200") or "public" not in rule or "set-cookie" in named or varies:
        return None
    return rule
