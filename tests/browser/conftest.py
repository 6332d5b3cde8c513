"""Share one Chromium and one real site among all browser tests, and create their visitors."""

from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import accessibility
from tests.browser.needed import needed_chromium
from tests.browser.served_site import ServedSite
from tests.browser.visitor import Visitor
from tests.chromium import ARGUMENTS

HERE = Path(__file__).parent
# These are quick tests of single functions.
MODULES = HERE / "modules"
# How pages look at all widths: no journey needs it.
DISPLAY = HERE / "display"
numbers = count(1)
# This only bounds what never comes, because a loaded machine is slow.
expect.set_options(timeout=30_000)


def pytest_configure(config):
    accessibility.is_thorough = "not slow" not in config.option.markexpr


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
        if item.path.is_relative_to(MODULES):
            item.add_marker(pytest.mark.every_case)
        if item.path.is_relative_to(DISPLAY):
            item.add_marker(pytest.mark.slow)


# The scope is this folder, not the whole run: one thread cannot start a second Playwright.
@pytest.fixture(scope="package")
def browser():
    path = needed_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


# Its scope is this folder: a site that no test visits takes time from the others.
@pytest.fixture(scope="package")
def served(tmp_path_factory):
    """The site as newcomers run it, with its worker and the demonstration data."""
    site = ServedSite(tmp_path_factory.mktemp("served")).start()
    yield site
    site.stop()


@pytest.fixture
def arrive(browser, served):
    """Return a function that creates a visitor, whose pages may not complain."""
    visitors = []

    def arrive(**manner):
        visitors.append(Visitor(browser, served.url, **manner))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    assert [error for visitor in visitors for error in visitor.page_errors.errors] == []


@pytest.fixture
def newcomer(browser, served):
    """Return a function that invites an organizer and opens their link.

    It runs `flask organizers add`. The link uses the name of this machine, because browsers make no
    passkeys for an IP address.
    """
    visitors = []

    def newcomer(role="admin", **manner):
        visitor = Visitor(browser, served.url.replace("127.0.0.1", "localhost"), **manner)
        visitors.append(visitor)
        visitor.email = f"organizer.{next(numbers)}@kwan.example"
        cause = () if role == "admin" else ("--cause", "butterflies-for-mexico")
        output = served.flask(
            "organizers", "add", visitor.email, "--role", role, "--lang", visitor.lang, *cause
        )
        visitor.page.goto(output.split()[-1].replace("127.0.0.1", "localhost"))
        return visitor

    yield newcomer
    for visitor in visitors:
        visitor.context.close()
    assert [error for visitor in visitors for error in visitor.page_errors.errors] == []
