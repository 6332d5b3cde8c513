"""Tests of the public page cache: what is cached, for how long, and how much of it."""

import pytest

from campaign.edge import page_cache as module
from campaign.edge.page_cache import STALE_SECONDS, PageCache
from campaign.surge.levels import SurgeLevel
from campaign.surge.state import SurgeState
from tests.edge.pages import LONG, PUBLIC, Page, ask


def renders(page, *requests, clock=None, wait=0):
    """Send each of `requests` (keywords of `ask`), and return how often the page was rendered."""
    memory = PageCache(page)
    for request in requests:
        ask(memory, **request)
        if clock:
            clock.pass_by(wait)
    return len(page.requests)


def test_fresh_page_is_answered_from_cache(clock):
    assert renders(Page(), {}, {}, {}, clock=clock, wait=0.4) == 1


def test_expired_page_is_rendered_again(clock):
    assert renders(Page(), {}, {}, {}, clock=clock, wait=1.1) == 3


def test_encodings_share_one_rendering():
    assert (
        renders(
            Page(),
            {"Accept_Encoding": "br"},
            {"Accept_Encoding": "gzip"},
            {},
            {"If_None_Match": "*"},
        )
        == 1
    )


def test_changed_page_is_shown_after_a_second(clock):
    page = Page(b"1 butterfly")
    memory = PageCache(page)
    ask(memory)
    page.body = b"2 butterflies"
    assert ask(memory).body == b"1 butterfly"
    clock.pass_by(1.1)
    assert ask(memory).body == b"2 butterflies"


def test_each_url_and_query_has_its_own_page():
    page = Page()
    memory = PageCache(page)
    for path in ("/en/", "/es/", "/en/?a=1", "/en/?a=2"):
        ask(memory, path)
    assert len(page.requests) == 4


def test_personal_page_is_passed_through_uncached():
    page = Page()
    memory = PageCache(page)
    for _ in range(2):
        ask(memory, "/organize/exports/files/1/download", Range="bytes=9-")
    assert [environ["HTTP_RANGE"] for environ in page.requests] == ["bytes=9-"] * 2


def test_tracking_parameters_share_one_page():
    page = Page()
    memory = PageCache(page)
    for query in ("", "?by=a", "?by=b&source=radio", "?utm_source=x&fbclid=y", "?source="):
        ask(memory, f"/en/{query}")
    assert len(page.requests) == 1
    for query in ("?a=1&by=a", "?by=b&a=1", "?by2=a"):
        ask(memory, f"/en/{query}")
    assert len(page.requests) == 3


def test_encoded_question_mark_in_a_path_is_not_a_query():
    page = Page()
    memory = PageCache(page)
    ask(memory, "/en/%3Fa")
    ask(memory, "/en/?a")
    assert len(page.requests) == 2


@pytest.mark.parametrize(
    "page",
    [
        Page(rule=None),
        Page(rule="no-store"),
        Page(rule="private, max-age=60"),
        Page(**{"Set-Cookie": "session=1"}),
        Page(Vary="Cookie"),
        Page(Vary="Accept-Encoding, Accept-Language"),
        Page(Vary="*"),
        Page(status="404 NOT FOUND"),
        Page(status="302 FOUND"),
        Page(status="500 INTERNAL SERVER ERROR"),
        Page(status="206 PARTIAL CONTENT"),
    ],
    ids=lambda page: f"{page.status} {page.rule} {page.headers}",
)
def test_response_that_differs_by_visitor_is_never_cached(page):
    assert renders(page, {}, {}) == 2


def test_private_response_arrives_unchanged_and_is_closed():
    page = Page(rule="no-store", **{"Set-Cookie": "session=1"})
    got = ask(PageCache(page), Accept_Encoding="br")
    assert got.body == LONG
    assert got.headers["Set-Cookie"] == "session=1"
    assert got.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in got.headers
    assert page.closed == 1


def test_page_that_became_private_is_evicted(clock):
    page = Page()
    memory = PageCache(page)
    ask(memory)
    clock.pass_by(1.1)
    page.rule, page.status = "no-store", "410 GONE"
    assert ask(memory).status == 410
    assert ask(memory).status == 410
    assert len(page.requests) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reads_are_answered_from_cache(method):
    assert renders(Page(), {}, {"method": method}, {"method": method}) == 3


def test_head_request_caches_the_whole_page():
    page = Page()
    memory = PageCache(page)
    assert ask(memory, method="HEAD").body == b""
    assert ask(memory).body == LONG
    assert [environ["REQUEST_METHOD"] for environ in page.requests] == ["GET"]


def test_head_request_for_a_private_page_gets_no_body():
    page = Page(rule="no-store")
    got = ask(PageCache(page), method="HEAD")
    assert (got.status, got.body, page.closed) == (200, b"", 1)


def test_conditional_and_range_headers_never_reach_the_page():
    page = Page()
    got = ask(
        PageCache(page),
        If_None_Match='"x"',
        If_Modified_Since="Mon, 01 Jan 2029 00:00:00 GMT",
        Range="bytes=0-5",
    )
    assert got.body == LONG
    assert (
        not {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"} & page.requests[0].keys()
    )


def test_rendered_page_is_closed():
    page = Page()
    ask(PageCache(page))
    assert page.closed == 1


def test_cache_is_bounded_in_count(monkeypatch):
    monkeypatch.setattr(module, "MAX_RESPONSES", 3)
    page = Page()
    memory = PageCache(page)
    for number in range(10):
        ask(memory, f"/en/?n={number}")
    assert len(memory._responses) == 3
    ask(memory, "/en/?n=9")
    assert len(page.requests) == 10  # the newest are kept


def test_cache_is_bounded_in_bytes(monkeypatch):
    monkeypatch.setattr(module, "MAX_CACHE_BYTES", 50_000)
    page = Page()
    memory = PageCache(page)
    for number in range(30):
        ask(memory, f"/en/?n={number}")
    assert (
        0 < sum(response.size for response in memory._responses.values()) == memory._size <= 50_000
    )


def test_renewed_response_is_counted_once(clock):
    page = Page()
    memory = PageCache(page)
    for _ in range(5):
        ask(memory)
        clock.pass_by(2)
    assert memory._size == next(iter(memory._responses.values())).size


def test_page_is_told_the_poll_interval():
    page, surge = Page(), SurgeState()
    surge.set_measured(SurgeLevel.PULSE_SLOWS, 4000)
    ask(PageCache(page, surge))
    assert page.requests[0]["volante.next_ms"] == 4000


def test_pages_are_kept_no_longer_than_they_say():
    assert STALE_SECONDS <= int(PUBLIC.rpartition("=")[2])


def test_very_large_response_is_passed_through_and_not_cached(monkeypatch):
    monkeypatch.setattr(module, "MAX_RESPONSE_BYTES", 100)
    page = Page()
    memory = PageCache(page)
    ask(memory, Range="bytes=0-9")
    assert ask(memory).body == LONG
    assert [environ.get("HTTP_RANGE") for environ in page.requests] == [
        None,
        "bytes=0-9",
        None,
        None,
    ]
    assert page.closed == len(page.requests) and memory._size == 0


@pytest.mark.parametrize("path", [f"/en/?q={'a' * 2000}", f"/en/{'a' * 2000}"])
def test_very_long_urls_do_not_fill_the_cache(path):
    page = Page()
    memory = PageCache(page)
    paths = module.without_tracking.cache_info().currsize
    assert ask(memory, path).body == ask(memory, path).body == LONG
    assert len(page.requests) == 2 and not memory._responses
    assert module.without_tracking.cache_info().currsize == paths
