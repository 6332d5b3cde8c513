"""Tests of one cached response: what is sent of it to whom."""

import gzip
from types import SimpleNamespace

import brotli
import pytest

from campaign.edge import cached_response
from campaign.edge.cached_response import MIN_UNCHANGED_RENDERS
from campaign.edge.page_cache import PageCache
from tests.edge.pages import LONG, PUBLIC, Page, ask


def encoding_for(accepted, page=None):
    got = ask(PageCache(page or Page()), Accept_Encoding=accepted)
    return got.headers.get("Content-Encoding", "")


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.1", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000 ,gzip;q=0.5", "gzip"),
        ("br;q=0.0, gzip;q=0", ""),
        ("identity", ""),
        ("brotli", ""),
        ("", ""),
        ("*", ""),
    ],
)
def test_best_encoding_that_the_client_accepts_is_chosen(accepted, chosen):
    assert encoding_for(accepted) == chosen


def test_only_the_start_of_a_very_long_accept_encoding_is_read_and_cached():
    assert encoding_for("br," + "x" * 5000) == "br"
    assert encoding_for("x" * 5000 + ",br") == ""


def test_every_encoding_contains_the_same_page():
    memory = PageCache(Page())
    assert brotli.decompress(ask(memory, Accept_Encoding="br").body) == LONG
    assert gzip.decompress(ask(memory, Accept_Encoding="gzip").body) == LONG
    assert ask(memory).body == LONG


def test_content_length_is_that_of_the_body_sent():
    memory = PageCache(Page())
    for accepted in ("br", "gzip", ""):
        got = ask(memory, Accept_Encoding=accepted)
        assert got.headers.getlist("Content-Length") == [str(len(got.body))]


def test_vary_header_names_the_encoding():
    memory = PageCache(Page(Vary="Accept-Encoding"))
    for accepted in ("br", ""):
        assert ask(memory, Accept_Encoding=accepted).headers.getlist("Vary") == ["Accept-Encoding"]


@pytest.mark.parametrize(
    "page",
    [Page(b"short"), Page(**{"Content-Type": "image/png"}), Page(**{"Content-Type": "font/woff2"})],
)
def test_incompressible_body_is_sent_as_it_is(page):
    assert encoding_for("br", page) == ""


@pytest.mark.parametrize(
    "kind", ["text/css", "application/json", "image/svg+xml", "text/javascript; charset=utf-8"]
)
def test_text_of_any_kind_is_compressed(kind):
    assert encoding_for("br", Page(**{"Content-Type": kind})) == "br"


def test_response_without_an_etag_gets_one_of_its_content():
    tag = ask(PageCache(Page())).headers["ETag"]
    assert tag.startswith('W/"')
    assert ask(PageCache(Page())).headers["ETag"] == tag
    assert ask(PageCache(Page(LONG + b"!"))).headers["ETag"] != tag


@pytest.mark.parametrize("etags", ['W/"abc"', '"abc"', '"x", W/"abc" , "y"', "*", " * "])
def test_matching_etag_gets_304_without_a_body(etags):
    memory = PageCache(Page(ETag='W/"abc"'))
    for _ in range(2):  # freshly rendered, and from cache
        got = ask(memory, If_None_Match=etags)
        assert (got.status, got.body) == (304, b"")
        assert got.headers["ETag"] == 'W/"abc"'
        assert got.headers["Cache-Control"] == PUBLIC
        assert got.headers["Vary"] == "Accept-Encoding"
        assert "Content-Length" not in got.headers


@pytest.mark.parametrize("etags", ['"abcd"', '"xabc"', "abc", '"x"', ""])
def test_other_etag_gets_the_page(etags):
    assert ask(PageCache(Page(ETag='"abc"')), If_None_Match=etags).status == 200


def test_strong_etag_is_not_shared_by_two_encodings():
    memory = PageCache(Page(ETag='"abc"'))
    assert ask(memory, Accept_Encoding="br").headers["ETag"] == 'W/"abc"'
    picture = PageCache(Page(ETag='"abc"', **{"Content-Type": "image/png"}))
    assert ask(picture).headers["ETag"] == '"abc"'


def test_head_sends_the_headers_of_get_and_no_body():
    memory = PageCache(Page())
    full, head = ask(memory), ask(memory, method="HEAD")
    assert head.body == b""
    assert head.status == 200
    assert dict(head.headers) == dict(full.headers)


def test_response_has_its_age(clock):
    memory = PageCache(Page(rule="public, max-age=60"))
    assert "Age" not in ask(memory).headers
    clock.pass_by(41.7)
    assert ask(memory).headers["Age"] == "41"


@pytest.fixture
def packings(monkeypatch):
    """Record the qualities with which pages were compressed, in order."""
    packings = []

    def compress(body, *, quality):
        packings.append(quality)
        return brotli.compress(body, quality=quality)

    monkeypatch.setattr(cached_response, "brotli", SimpleNamespace(compress=compress))
    return packings


def renew(memory, clock, times=1, accepted="br"):
    for _ in range(times):
        clock.pass_by(1.1)
        got = ask(memory, Accept_Encoding=accepted)
    memory._packer.submit(int).result()  # earlier compressions are done by then
    return got


def test_unchanged_page_is_not_compressed_again(clock, packings):
    page = Page()
    memory = PageCache(page)
    renew(memory, clock, MIN_UNCHANGED_RENDERS)
    assert (len(page.requests), packings) == (MIN_UNCHANGED_RENDERS, [cached_response.QUICK])
    page.body = LONG + b"!"
    assert brotli.decompress(renew(memory, clock).body) == page.body
    assert packings == [cached_response.QUICK] * 2


def test_stable_page_is_compressed_once_at_the_best_quality(clock, packings):
    page = Page()
    memory = PageCache(page)
    renew(memory, clock, MIN_UNCHANGED_RENDERS + 1)
    assert packings == [cached_response.QUICK, cached_response.HARDEST]
    got = renew(memory, clock, 2 * MIN_UNCHANGED_RENDERS)
    assert (packings, brotli.decompress(got.body)) == (
        [cached_response.QUICK, cached_response.HARDEST],
        LONG,
    )
    assert got.headers.getlist("Content-Length") == [str(len(got.body))]


def test_long_or_uncompressed_page_is_not_compressed_harder(clock, packings, monkeypatch):
    monkeypatch.setattr(cached_response, "MAX_BROTLI_BYTES", len(LONG) - 1)
    renew(PageCache(Page()), clock, 2 * MIN_UNCHANGED_RENDERS)
    renew(PageCache(Page()), clock, 2 * MIN_UNCHANGED_RENDERS, accepted="")
    assert packings == [cached_response.QUICK]
