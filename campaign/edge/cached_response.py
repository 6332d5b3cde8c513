"""One cached response: its body in each encoding, its ETag, and how long it may be served."""

import gzip
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import cast
from wsgiref.types import StartResponse, WSGIEnvironment

import brotli

COMPRESSIBLE = (
    "text/",
    "application/json",
    "application/javascript",
    "image/svg",
    "application/atom",
    "application/manifest",
    "application/octet-stream",
)
MIN_COMPRESSED_BYTES = 600
# Responses with a long lifetime are compressed once and sent often, so they get the best quality.
# Brotli 11 takes seconds for a megabyte, but next to no time for a JavaScript module.
HARDEST, HARD, QUICK = 11, 9, 5
MAX_BROTLI_BYTES = 100_000
LONG_LIVED_SECONDS = 3600
# Re-renders without a change before we spend CPU time on brotli 11.
MIN_UNCHANGED_RENDERS = 6
# Browsers send about thirty characters. The limit keeps clients from filling the cache of
# `best_encoding` with long headers.
MAX_ACCEPT_ENCODING_LENGTH = 200
HEADERS_ON_304 = {"cache-control", "vary", "content-location", "expires"}
_MAX_AGE = re.compile(r"max-age=(\d+)")
_STALE_IF_ERROR = re.compile(r"stale-if-error=(\d+)")
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")


def clock() -> float:
    """Return the monotonic time in seconds that cached responses age by."""
    return time.monotonic()


class CachedResponse:
    """A public 200 response in the cache.

    `created_at` is in monotonic seconds. `fresh_for` and `usable_for` are durations in seconds.
    After `fresh_for` the page is rendered again. Until `usable_for` the old response may still be
    sent if rendering fails (RFC 5861, `stale-if-error`).
    """

    __slots__ = (
        "created_at",
        "fresh_for",
        "usable_for",
        "size",
        "_status",
        "_headers",
        "_headers_on_304",
        "_tag",
        "_body",
        "_bodies",
        "_quality",
        "_is_compressible",
        "_unchanged_renders",
    )

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes, rule: str) -> None:
        self.created_at = clock()
        match = _MAX_AGE.search(rule)
        self.fresh_for = int(match[1]) if match else 0
        stale = _STALE_IF_ERROR.search(rule)
        self.usable_for = self.fresh_for + (int(stale[1]) if stale else 0)
        by_name = {name.lower(): value for name, value in headers}
        kind = by_name.get("content-type", "")
        self._is_compressible = len(body) > MIN_COMPRESSED_BYTES and kind.startswith(COMPRESSIBLE)
        self._quality = (
            QUICK
            if self.fresh_for <= LONG_LIVED_SECONDS
            else HARDEST
            if len(body) <= MAX_BROTLI_BYTES
            else HARD
        )
        tag = by_name.get("etag") or f'"{blake2b(body, digest_size=12).hexdigest()}"'
        # A strong ETag promises identical bytes, and compressed bytes differ.
        self._tag = f"W/{tag}" if self._is_compressible and not tag.startswith("W/") else tag
        response_headers = [
            (name, value)
            for name, value in headers
            if name.lower() not in ("content-length", "etag", "vary")
        ]
        response_headers += [("ETag", self._tag), ("Vary", "Accept-Encoding")]
        self._headers_on_304 = [
            (name, value)
            for name, value in response_headers
            if name.lower() in HEADERS_ON_304 or name == "ETag"
        ]
        self._status, self._headers, self._body = status, response_headers, body
        self._bodies: dict[str, tuple[bytes, list[tuple[str, str]]]] = {}
        self._unchanged_renders = 0
        self.size = len(body) * (2 if self._is_compressible else 1) + 1000

    def age(self) -> float:
        """Return how old the response is, in seconds."""
        return clock() - self.created_at

    def reuse_bodies(self, last: "CachedResponse | None") -> None:
        """Reuse the compressed bodies of the `last` response if nothing changed since."""
        if last is not None and last._body == self._body and last._headers == self._headers:
            self._bodies, self._unchanged_renders = last._bodies, last._unchanged_renders + 1

    def is_due_for_compression(self) -> bool:
        """Return whether the page just stayed unchanged long enough for `compress_harder`."""
        return (
            self._is_compressible
            and self._unchanged_renders == MIN_UNCHANGED_RENDERS
            and len(self._body) <= MAX_BROTLI_BYTES
            and self._quality < HARDEST
        )

    def compress_harder(self) -> None:
        """Compress again at the best quality, in the background where no visitor waits."""
        if "br" in self._bodies:
            self._encode("br", HARDEST)

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send what `parts_for` returns to the client of a WSGI request."""
        status, headers, body = self.parts_for(
            environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_ACCEPT_ENCODING", "")
        )
        start_response(status, headers)
        return [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []

    def parts_for(
        self, if_none_match: str | None, accept_encoding: str
    ) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return the status, headers and body for a client that sent these two headers.

        It is 304 if the client has this version, else the body in its best encoding.
        """
        age = int(self.age())
        # Most requests come within the first second. Leaving out `Age: 0` saves them a header line.
        age_headers = [("Age", str(age))] if age else []
        if if_none_match and (
            self._tag.removeprefix("W/") in if_none_match or if_none_match.strip() == "*"
        ):
            return "304 Not Modified", self._headers_on_304 + age_headers, b""
        encoding = (
            best_encoding(accept_encoding[:MAX_ACCEPT_ENCODING_LENGTH])
            if self._is_compressible
            else ""
        )
        body, headers = self._bodies.get(encoding) or self._encode(encoding)
        return self._status, headers + age_headers, body

    def _encode(
        self, encoding: str, quality: int | None = None
    ) -> tuple[bytes, list[tuple[str, str]]]:
        body = self._compress(encoding, quality or self._quality) if encoding else self._body
        headers = [*self._headers, ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        self._bodies[encoding] = body, headers
        return body, headers

    def _compress(self, encoding: str, quality: int) -> bytes:
        if encoding == "br":
            return cast(bytes, brotli.compress(self._body, quality=quality))
        return gzip.compress(self._body, compresslevel=6, mtime=0)


@lru_cache(maxsize=1000)
def best_encoding(accepted: str) -> str:
    """Return "br", "gzip" or "" for an Accept-Encoding header.

    The results are cached, because browsers send only a few different headers.
    """
    offers = {
        part.split(";")[0].strip()
        for part in accepted.lower().split(",")
        if not _REFUSED.search(part)
    }
    return "br" if "br" in offers else "gzip" if "gzip" in offers else ""
