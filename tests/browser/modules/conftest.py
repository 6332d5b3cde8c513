"""Serve the little site, and open pages on it that may not complain."""

import threading
from http.server import ThreadingHTTPServer

import pytest

from tests.browser.modules.actions import open_form
from tests.browser.modules.little_site import Handler, Site


@pytest.fixture(scope="package")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(server):
    server.site = Site()
    return server.site


@pytest.fixture
def context(browser, server, site):
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.server_port}",
        timezone_id="America/Mexico_City",
        locale="en-CA",
    )
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def noises(context):
    """Collect console output, except the browser's own lines on failed responses."""
    noises = []
    context.on("console", lambda message: noises.append(message.text))
    context.on("weberror", lambda error: noises.append(str(error.error)))
    yield noises
    assert [noise for noise in noises if not noise.startswith("Failed to load resource")] == []


@pytest.fixture
def page(context, noises):
    return context.new_page()


@pytest.fixture(scope="module")
def form_page(browser, server):
    server.site = Site()
    page = browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}")
    open_form(page)
    yield page
    page.close()


@pytest.fixture
def controls(context, noises):
    page = context.new_page()
    page.goto("/pages/controls.html")
    yield page
    noises[:] = [noise for noise in noises if "nowhere" not in noise]
