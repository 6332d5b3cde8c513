"""Tests of the edge without a database: cached pages are served, few requests probe it."""

import pytest

from campaign.edge.page_cache import PROBE_SECONDS, PageCache
from campaign.http.caching import DATABASE_IS_AWAY
from tests.edge.pages import PUBLIC, Page, ask

LASTING = f"{PUBLIC}, stale-if-error=86400"
HOUR = 3600


class PageFromDatabase(Page):
    """A page that fails as the application does while `is_away` is set."""

    is_away = False

    def __call__(self, environ, start_response):
        self.status, self.rule = (
            ("503 SERVICE UNAVAILABLE", "no-store") if self.is_away else ("200 OK", LASTING)
        )
        if self.is_away:
            environ[DATABASE_IS_AWAY] = True
        return super().__call__(environ, start_response)


@pytest.fixture
def page():
    return PageFromDatabase(b"1 butterfly")


@pytest.fixture
def memory(page, clock):
    """A cache that has held the page for an hour, and whose database has just gone."""
    memory = PageCache(page)
    ask(memory)
    clock.pass_by(HOUR)
    page.is_away = True
    return memory


def test_last_answer_is_sent_with_its_age(memory):
    got = ask(memory)
    assert (got.status, got.body) == (200, b"1 butterfly")
    assert int(got.headers["Age"]) == HOUR


def test_one_request_in_a_while_asks_whether_the_database_is_back(memory, page, clock):
    for _ in range(50):
        assert ask(memory).status == 200
    assert len(page.requests) == 2
    clock.pass_by(PROBE_SECONDS)
    for _ in range(50):
        assert ask(memory).status == 200
    assert len(page.requests) == 3


def test_first_answer_after_the_database_is_back_is_new(memory, page, clock):
    ask(memory)
    page.is_away, page.body = False, b"2 butterflies"
    clock.pass_by(PROBE_SECONDS)
    assert ask(memory).body == b"2 butterflies"
    assert ask(memory).body == b"2 butterflies"


def test_uncached_page_fails(memory):
    assert ask(memory, "/es/").status == 503


def test_answer_older_than_its_limit_is_not_sent(memory, clock):
    clock.pass_by(24 * HOUR)
    assert ask(memory).status == 503


def test_other_failures_are_not_hidden(page, clock):
    class Broken(Page):
        def __call__(self, environ, start_response):
            self.status = "503 SERVICE UNAVAILABLE" if self.requests else "200 OK"
            return super().__call__(environ, start_response)

    memory = PageCache(Broken(rule=LASTING))
    ask(memory)
    clock.pass_by(1.1)
    assert ask(memory).status == 503
