"""Tests of the error pages, by day and by night."""

import pytest

from tests.browser.display.failing_site import STATUSES, failing_site
from tests.browser.display.sides import cut_off
from tests.browser.screens.reading import FailureScreen
from tests.browser.visitor import Visitor


class FailedScreen(FailureScreen):
    path = "/{lang}/fails/{status}"

    @property
    def kind(self):
        return self.page.url.rpartition("/")[2]


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    server = failing_site(tmp_path_factory.mktemp("failing"))
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("lang", "scheme"), [("en", "light"), ("es", "dark"), ("fr", "light"), ("fr", "dark")]
)
def test_every_error_page_is_free_of_barriers(browser, failing, lang, scheme):
    visitor = Visitor(browser, failing, lang=lang, scheme=scheme)
    visitor.page_errors.allowed.update(STATUSES)
    for status in STATUSES:
        screen = FailedScreen.open(visitor, status=status)
        assert screen.lang == lang
        assert cut_off(screen.page) == []
    visitor.context.close()
    assert visitor.page_errors.errors == []
