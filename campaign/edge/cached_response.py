"""One remembered answer: its bytes in each encoding, its tag, and how long it is good."""

import gzip
import re
import time
from functools import lru_cache
from hashlib import blake2b

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
# What is kept for long is packed once and sent often. The last step takes seconds for a megabyte, and nothing for a module.
HARDEST, HARD, QUICK = 11, 9, 5
MAX_BROTLI_BYTES = 100_000
LONG = 3600
# As often must a page have been made anew without a change before the hardest packing is worth its while.
CALM = 6
# Browsers offer some thirty letters of encodings; what is remembered of offers must not grow by what others send.
MAX_ACCEPT_ENCODING_LENGTH = 200
KEPT_ON_304 = {"cache-control", "vary", "content-location", "expires"}
_MAX_AGE = re.compile(r"max-age=(\d+)")
_STALE_IF_ERROR = re.compile(r"stale-if-error=(\d+)")
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")


def clock() -> float:
    """Return the time by which answers age, in seconds."""
    return time.monotonic()


class Answer:
    """A public 200 answer. `born` is in monotonic seconds, `fresh_for` and `usable_for` in seconds.

    Past `fresh_for` it is rendered again; until `usable_for` it may be sent while that fails (RFC 5861, `stale-if-error`).
    """

    __slots__ = (
        "born",
        "fresh_for",
        "usable_for",
        "size",
        "_status",
        "_headers",
        "_brief",
        "_tag",
        "_body",
        "_ready",
        "_quality",
        "_packs",
        "_calm",
    )

    def __init__(self, status, headers, body, rule):
        self.born = clock()
        match = _MAX_AGE.search(rule)
        self.fresh_for = int(match[1]) if match else 0
        stale = _STALE_IF_ERROR.search(rule)
        self.usable_for = self.fresh_for + (int(stale[1]) if stale else 0)
        named = {name.lower(): value for name, value in headers}
        kind = named.get("content-type", "")
        self._packs = len(body) > MIN_COMPRESSED_BYTES and kind.startswith(COMPRESSIBLE)
        self._quality = (
            QUICK if self.fresh_for <= LONG else HARDEST if len(body) <= MAX_BROTLI_BYTES else HARD
        )
        tag = named.get("etag") or f'"{blake2b(body, digest_size=12).hexdigest()}"'
        # A strong tag promises the same bytes, and packed bytes are others.
        self._tag = f"W/{tag}" if self._packs and not tag.startswith("W/") else tag
        kept = [(n, v) for n, v in headers if n.lower() not in ("content-length", "etag", "vary")]
        kept += [("ETag", self._tag), ("Vary", "Accept-Encoding")]
        self._brief = [(n, v) for n, v in kept if n.lower() in KEPT_ON_304 or n == "ETag"]
        self._status, self._headers, self._body, self._ready, self._calm = status, kept, body, {}, 0
        self.size = len(body) * (2 if self._packs else 1) + 1000

    def age(self):
        return clock() - self.born

    def follow(self, last):
        """Take over what was packed of the answer before, where nothing has changed since; `last` may be None."""
        if last is not None and last._body == self._body and last._headers == self._headers:
            self._ready, self._calm = last._ready, last._calm + 1

    def is_due_harder(self):
        """Whether this page has become calm just now, so that `pack_harder` is worth its while."""
        return (
            self._packs
            and self._calm == CALM
            and len(self._body) <= MAX_BROTLI_BYTES
            and self._quality < HARDEST
        )

    def pack_harder(self):
        """Pack once more, in time that nobody waits for, what visitors have been sent quickly packed."""
        if "br" in self._ready:
            self._make_ready("br", HARDEST)

    def send(self, environ, start_response):
        """Answer one request: 304 where the client has it, else in the best encoding the client takes."""
        age = int(self.age())
        # What is as good as new says nothing of its age: each line of a head costs, and pages are asked for in their first second.
        told = [("Age", str(age))] if age else []
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked and (self._tag.removeprefix("W/") in asked or asked.strip() == "*"):
            start_response("304 Not Modified", self._brief + told)
            return []
        encoding = (
            best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")[:MAX_ACCEPT_ENCODING_LENGTH])
            if self._packs
            else ""
        )
        body, headers = self._ready.get(encoding) or self._make_ready(encoding)
        start_response(self._status, headers + told)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _make_ready(self, encoding, quality=None):
        body = self._pack(encoding, quality or self._quality) if encoding else self._body
        headers = [*self._headers, ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        self._ready[encoding] = body, headers
        return body, headers

    def _pack(self, encoding, quality):
        if encoding == "br":
            return brotli.compress(self._body, quality=quality)
        return gzip.compress(self._body, compresslevel=6, mtime=0)


@lru_cache(maxsize=1000)
def best_encoding(accepted):
    """Return `br`, `gzip` or nothing for an Accept-Encoding header; browsers send but a few."""
    offers = {
        part.split(";")[0].strip()
        for part in accepted.lower().split(",")
        if not _REFUSED.search(part)
    }
    return "br" if "br" in offers else "gzip" if "gzip" in offers else ""
