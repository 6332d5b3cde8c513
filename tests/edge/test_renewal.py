"""Tests of many visitors at once: one request renders, the others get the last page or wait."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from campaign.edge import page_cache as edge_memory
from campaign.edge.page_cache import STALE_SECONDS, PageCache
from tests.edge.pages import Page, ask

TIMEOUT_SECONDS = 10


class SlowPage(Page):
    """A page whose rendering waits until it is released. `begun` says that it has started."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, environ, start_response):
        self.begun.set()
        assert self.may_end.wait(TIMEOUT_SECONDS)
        return super().__call__(environ, start_response)


@pytest.fixture
def crowd():
    with ThreadPoolExecutor(20) as crowd:
        yield crowd


@pytest.fixture
def aged(clock):
    """A cached page that has expired, and whose next rendering is slow."""
    page = SlowPage(b"old")
    page.may_end.set()
    memory = PageCache(page)
    ask(memory)
    page.begun.clear()
    page.may_end.clear()
    page.body = b"new"
    clock.pass_by(1.1)
    return page, memory


def test_during_a_rendering_the_others_get_the_last_page(aged, crowd):
    page, memory = aged
    renewing = crowd.submit(ask, memory)
    assert page.begun.wait(TIMEOUT_SECONDS)
    assert [ask(memory).body for _ in range(5)] == [b"old"] * 5
    page.may_end.set()
    assert renewing.result(TIMEOUT_SECONDS).body == b"new"
    assert ask(memory).body == b"new"
    assert len(page.requests) == 2


def test_nobody_gets_a_page_more_than_a_second_too_old(aged, crowd, clock):
    page, memory = aged
    renewing = crowd.submit(ask, memory)
    assert page.begun.wait(TIMEOUT_SECONDS)
    clock.pass_by(0.8)
    assert ask(memory).body == b"old"
    clock.pass_by(0.2)
    waiting = crowd.submit(ask, memory)
    with pytest.raises(TimeoutError):
        waiting.result(0.2)
    page.may_end.set()
    assert {item.result(TIMEOUT_SECONDS).body for item in (renewing, waiting)} == {b"new"}


def test_long_wait_returns_the_last_page_with_its_age(aged, crowd, clock, monkeypatch):
    monkeypatch.setattr(edge_memory, "MAX_WAIT_SECONDS", 0.1)
    page, memory = aged
    clock.pass_by(10)
    renewing = crowd.submit(ask, memory)
    assert page.begun.wait(TIMEOUT_SECONDS)
    got = ask(memory)
    assert (got.status, got.body, got.headers["Age"]) == (200, b"old", "11")
    page.may_end.set()
    assert renewing.result(TIMEOUT_SECONDS).body == b"new"
    assert len(page.requests) == 2


def test_past_the_limit_requests_wait_for_the_new_page(aged, crowd, clock):
    page, memory = aged
    clock.pass_by(STALE_SECONDS)
    renewing = crowd.submit(ask, memory)
    assert page.begun.wait(TIMEOUT_SECONDS)
    waiting = [crowd.submit(ask, memory) for _ in range(5)]
    assert not any(entry.done() for entry in waiting)
    page.may_end.set()
    assert {item.result(TIMEOUT_SECONDS).body for item in (renewing, *waiting)} == {b"new"}
    assert len(page.requests) == 2


def test_twenty_requests_for_an_uncached_page_render_once(crowd):
    page = SlowPage(b"first")
    memory = PageCache(page)
    gate = threading.Barrier(20)

    def visit():
        gate.wait(TIMEOUT_SECONDS)
        return ask(memory).body

    visits = [crowd.submit(visit) for _ in range(20)]
    assert page.begun.wait(TIMEOUT_SECONDS)
    page.may_end.set()
    assert [visit.result(TIMEOUT_SECONDS) for visit in visits] == [b"first"] * 20
    assert len(page.requests) == 1


def test_slow_page_does_not_hold_up_another(crowd):
    slow, quick = SlowPage(b"slow"), Page(b"quick")
    memory = PageCache(
        lambda environ, start: (slow if environ["PATH_INFO"] == "/slow" else quick)(environ, start)
    )
    waiting = crowd.submit(ask, memory, "/slow")
    assert slow.begun.wait(TIMEOUT_SECONDS)
    assert ask(memory, "/quick").body == b"quick"
    slow.may_end.set()
    assert waiting.result(TIMEOUT_SECONDS).body == b"slow"


def test_each_request_waiting_for_a_private_page_gets_its_own(crowd):
    page = SlowPage(b"mine", rule="no-store")
    memory = PageCache(page)
    visits = [crowd.submit(ask, memory) for _ in range(4)]
    assert page.begun.wait(TIMEOUT_SECONDS)
    page.may_end.set()
    assert [visit.result(TIMEOUT_SECONDS).body for visit in visits] == [b"mine"] * 4
    assert len(page.requests) == 4


class Broken(Exception):
    pass


def test_error_is_passed_on_and_blocks_nobody_afterwards():
    page = Page()
    faults = [Broken()]

    def app(environ, start_response):
        if faults:
            raise faults.pop()
        return page(environ, start_response)

    memory = PageCache(app)
    with pytest.raises(Broken):
        ask(memory)
    assert ask(memory).status == 200
    assert not memory._renderers


def test_error_in_the_body_closes_it_and_blocks_nobody():
    page = Page()

    def broken():
        yield b"half"
        raise Broken

    class Body:
        closed = False

        def __iter__(self):
            return broken()

        def close(self):
            Body.closed = True

    def app(environ, start_response):
        page(environ, start_response)
        return Body()

    memory = PageCache(app)
    with pytest.raises(Broken):
        ask(memory)
    assert Body.closed
    assert not memory._responses
    assert not memory._renderers


def test_requests_waiting_for_a_failed_page_render_their_own(crowd):
    faults = [Broken()]
    begun, may_end = threading.Event(), threading.Event()
    page = Page(b"well")

    def app(environ, start_response):
        if faults:
            fault = faults.pop()
            begun.set()
            assert may_end.wait(TIMEOUT_SECONDS)
            raise fault
        return page(environ, start_response)

    memory = PageCache(app)
    failing = crowd.submit(ask, memory)
    assert begun.wait(TIMEOUT_SECONDS)
    waiting = crowd.submit(ask, memory)
    may_end.set()
    assert isinstance(failing.exception(TIMEOUT_SECONDS), Broken)
    assert waiting.result(TIMEOUT_SECONDS).body == b"well"
