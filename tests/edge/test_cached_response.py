"""One remembered answer: what is sent of it to whom."""

import gzip
from types import SimpleNamespace

import brotli
import pytest

from campaign.edge import cached_response
from campaign.edge.cached_response import CALM
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
def test_the_best_encoding_that_the_visitor_takes_is_chosen(accepted, chosen):
    assert encoding_for(accepted) == chosen


def test_of_a_very_long_offer_of_encodings_only_the_beginning_is_read_and_remembered():
    assert encoding_for("br," + "x" * 5000) == "br"
    assert encoding_for("x" * 5000 + ",br") == ""


def test_each_encoding_holds_the_same_page():
    memory = PageCache(Page())
    assert brotli.decompress(ask(memory, Accept_Encoding="br").body) == LONG
    assert gzip.decompress(ask(memory, Accept_Encoding="gzip").body) == LONG
    assert ask(memory).body == LONG


def test_the_length_is_that_of_the_body_sent():
    memory = PageCache(Page())
    for accepted in ("br", "gzip", ""):
        got = ask(memory, Accept_Encoding=accepted)
        assert got.headers.getlist("Content-Length") == [str(len(got.body))]


def test_caches_between_are_told_that_the_encoding_varies():
    memory = PageCache(Page(Vary="Accept-Encoding"))
    for accepted in ("br", ""):
        assert ask(memory, Accept_Encoding=accepted).headers.getlist("Vary") == ["Accept-Encoding"]


@pytest.mark.parametrize(
    "page",
    [Page(b"short"), Page(**{"Content-Type": "image/png"}), Page(**{"Content-Type": "font/woff2"})],
)
def test_what_would_not_shrink_is_sent_as_it_is(page):
    assert encoding_for("br", page) == ""


@pytest.mark.parametrize(
    "kind", ["text/css", "application/json", "image/svg+xml", "text/javascript; charset=utf-8"]
)
def test_words_of_any_kind_are_packed(kind):
    assert encoding_for("br", Page(**{"Content-Type": kind})) == "br"


def test_an_answer_without_a_tag_gets_one_that_stands_for_its_content():
    tag = ask(PageCache(Page())).headers["ETag"]
    assert tag.startswith('W/"')
    assert ask(PageCache(Page())).headers["ETag"] == tag
    assert ask(PageCache(Page(LONG + b"!"))).headers["ETag"] != tag


@pytest.mark.parametrize("asked", ['W/"abc"', '"abc"', '"x", W/"abc" , "y"', "*", " * "])
def test_who_has_the_page_already_gets_304_without_a_body(asked):
    memory = PageCache(Page(ETag='W/"abc"'))
    for _ in range(2):  # freshly rendered, and from memory
        got = ask(memory, If_None_Match=asked)
        assert (got.status, got.body) == (304, b"")
        assert got.headers["ETag"] == 'W/"abc"'
        assert got.headers["Cache-Control"] == PUBLIC
        assert got.headers["Vary"] == "Accept-Encoding"
        assert "Content-Length" not in got.headers


@pytest.mark.parametrize("asked", ['"abcd"', '"xabc"', "abc", '"x"', ""])
def test_who_has_another_page_gets_this_one(asked):
    assert ask(PageCache(Page(ETag='"abc"')), If_None_Match=asked).status == 200


def test_a_strong_tag_does_not_stand_for_two_encodings():
    memory = PageCache(Page(ETag='"abc"'))
    assert ask(memory, Accept_Encoding="br").headers["ETag"] == 'W/"abc"'
    picture = PageCache(Page(ETag='"abc"', **{"Content-Type": "image/png"}))
    assert ask(picture).headers["ETag"] == '"abc"'


def test_head_tells_what_get_would_and_sends_nothing():
    memory = PageCache(Page())
    whole, head = ask(memory), ask(memory, method="HEAD")
    assert head.body == b""
    assert head.status == 200
    assert dict(head.headers) == dict(whole.headers)


def test_an_answer_says_how_old_it_is(clock):
    memory = PageCache(Page(rule="public, max-age=60"))
    assert "Age" not in ask(memory).headers
    clock.pass_by(41.7)
    assert ask(memory).headers["Age"] == "41"


@pytest.fixture
def packings(monkeypatch):
    """The qualities with which pages were packed, in order."""
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
    memory._packer.submit(int).result()  # once that is done, so is what was to be packed before
    return got


def test_a_page_made_anew_without_a_change_is_not_packed_again(clock, packings):
    page = Page()
    memory = PageCache(page)
    renew(memory, clock, CALM)
    assert (len(page.asked), packings) == (CALM, [cached_response.QUICK])
    page.body = LONG + b"!"
    assert brotli.decompress(renew(memory, clock).body) == page.body
    assert packings == [cached_response.QUICK] * 2


def test_a_page_that_stays_calm_is_packed_once_as_hard_as_can_be(clock, packings):
    page = Page()
    memory = PageCache(page)
    renew(memory, clock, CALM + 1)
    assert packings == [cached_response.QUICK, cached_response.HARDEST]
    got = renew(memory, clock, 2 * CALM)
    assert (packings, brotli.decompress(got.body)) == (
        [cached_response.QUICK, cached_response.HARDEST],
        LONG,
    )
    assert got.headers.getlist("Content-Length") == [str(len(got.body))]


def test_what_is_long_or_asked_for_unpacked_is_not_packed_harder(clock, packings, monkeypatch):
    monkeypatch.setattr(cached_response, "MAX_BROTLI_BYTES", len(LONG) - 1)
    renew(PageCache(Page()), clock, 2 * CALM)
    renew(PageCache(Page()), clock, 2 * CALM, accepted="")
    assert packings == [cached_response.QUICK]
