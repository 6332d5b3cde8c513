"""The edge: public pages answered from memory, rendered by one thread at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from campaign.edge.cached_response import Answer, clock
from campaign.http.caching import DATABASE_IS_AWAY
from campaign.http.tracking_parameters import is_tracking_parameter

MAX_ANSWER_BYTES = 4 * 1024 * 1024
MAX_CACHE_BYTES = 96 * 1024 * 1024
# No address of ours is as long; remembering those that are would let anybody fill the memory with addresses.
MAX_URL_LENGTH = 2000
MAX_ANSWERS = 5000
STALE_SECONDS = 1
PATIENCE_SECONDS = 5
# While the database is away, one request in so many seconds asks whether it is back; the others are answered at once.
PROBE_SECONDS = 2
# What stands below is one person's: it is passed on as it was asked for, also the part of a file, and nobody waits for anybody.
PRIVATE = "/organize/"


class PageCache:
    """WSGI layer that remembers answers marked `Cache-Control: public` that set no cookie and vary by nothing but encoding.

    A fresh answer is served as it is. When it has aged, one request renders it anew while the others get the last one, at
    most STALE_SECONDS longer; past that they wait for the new one. Only where that takes more than PATIENCE_SECONDS do they get
    the last after all: the site is then in distress, and threads that wait for ever would take the rest of it along. Answers
    that turn out private are never remembered, nor those at very long addresses, nor very large ones, which are sent as they
    are read, and in the part that was asked for.

    While the database is away, answers that allow it (`stale-if-error`) are sent from memory, however old they are by then.
    """

    def __init__(self, app, pace=None):
        self._app = app
        self._pace = pace
        self._answers = {}
        self._renderers = {}
        self._guard = threading.Lock()
        self._packer = ThreadPoolExecutor(1, "packer")
        self._size = 0
        self._database_is_away = False
        self._next_probe = 0.0

    def __call__(self, environ, start_response):
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

    def _renew(self, key, last, environ, start_response):
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
        ended = lock.acquire(timeout=PATIENCE_SECONDS)  # somebody is rendering it just now
        if ended:
            lock.release()
        else:
            # The one that renders it may hang: nobody else needs to wait as long.
            self._note_database(is_away=True)
        current = self._answers.get(key)
        if _is_recent(current) or (current is not None and not ended):
            return current.send(environ, start_response)
        return self._render(key, environ, start_response)

    def _send_new(self, key, environ, start_response):
        # Another may have rendered it between our look and our turn.
        answer = self._answers.get(key)
        if answer is not None and answer.age() <= answer.fresh_for:
            return answer.send(environ, start_response)
        return self._render(key, environ, start_response)

    def _render(self, key, environ, start_response):
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

    def _ask(self, environ):
        """Ask the application as for a GET without conditions; the body of a HEAD request is cut off later."""
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

    def _note_database(self, *, is_away):
        self._database_is_away = is_away
        self._next_probe = clock() + PROBE_SECONDS

    def _may_ask(self):
        """Return whether the application may be asked: while the database is away, by one request every PROBE_SECONDS."""
        with self._guard:
            if not self._database_is_away:
                return True
            is_due = clock() >= self._next_probe
            if is_due:
                self._next_probe = clock() + PROBE_SECONDS
            return is_due

    def _remember(self, key, answer):
        with self._guard:
            self._drop(key)
            self._answers[key] = answer
            self._size += answer.size
            while self._size > MAX_CACHE_BYTES or len(self._answers) > MAX_ANSWERS:
                self._drop(next(iter(self._answers)))

    def _forget(self, key):
        if key in self._answers:
            with self._guard:
                self._drop(key)

    def _drop(self, key):
        last = self._answers.pop(key, None)
        self._size -= last.size if last else 0


@lru_cache(maxsize=1000)
def without_ways(query):
    """Return a query without the parameters that only say how somebody came."""
    parts = query.split("&") if query else ()
    return "&".join(part for part in parts if not is_tracking_parameter(part.partition("=")[0]))


def _is_recent(answer):
    return answer is not None and answer.age() <= answer.fresh_for + STALE_SECONDS


def _is_usable(answer):
    return answer is not None and answer.age() <= answer.usable_for


def _close(chunks):
    if hasattr(chunks, "close"):
        chunks.close()


def _length(headers):
    return next((int(value) for name, value in headers if name.lower() == "content-length"), 0)


def _rule_of_public(status, headers):
    """Return the Cache-Control of an answer that everybody may be given, or None."""
    named = {name.lower(): value for name, value in headers}
    rule = named.get("cache-control", "")
    varies = named.get("vary", "").replace("Accept-Encoding", "").strip(", ")
    if not status.startswith("200") or "public" not in rule or "set-cookie" in named or varies:
        return None
    return rule
