"""Start Firefox and WebKit where the machine has them, with their own site that may be stopped."""

import sqlite3
from contextlib import closing

import pytest

from tests.browser.engines import firefox, webkit
from tests.browser.engines.engine import Engine
from tests.browser.served_site import ServedSite

ENGINES = {"firefox": (firefox.find, firefox.Firefox), "webkit": (webkit.find, webkit.WebKit)}
MISSING = "NO {}: what people see there is untested. On Debian: apt-get install firefox-esr webkit2gtk-driver xvfb"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site at whose tables the volunteers' witness is enough."""
    site = ServedSite(tmp_path_factory.mktemp("engines")).start()
    with closing(
        sqlite3.connect(site.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        database.execute("update petition set confirmation = 'email_or_witness'")
    yield site
    site.stop()


@pytest.fixture(params=ENGINES)
def start(request, tmp_path):
    """Return a function that starts the browser, each time on the same profile."""
    find, carrier = ENGINES[request.param]
    if find() is None:
        pytest.skip(MISSING.format(request.param.upper()))
    engines = []

    def start(site):
        engines.append(Engine(site.url, carrier(tmp_path / request.param)))
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()
