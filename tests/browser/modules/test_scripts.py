"""Tests of rules for every script: its syntax, and independence from other modules."""

import re

from playwright.sync_api import expect

from campaign.web.script_bundles import joined
from tests.browser.modules.actions import fill_form
from tests.browser.modules.little_site import SCRIPTS


def test_script_uses_nothing_newer_than_the_oldest_browsers():
    """One private method, which they cannot parse, would stop the whole app of a tablet."""
    newer = re.compile(
        r"\d_\d|\?\?=|\|\|=|&&=|static \{"
        r"|replaceAll|\.at\(|hasOwn\(|Promise\.any|structuredClone"
        r"|^\s+(?:static |async |get |set |\* ?)*#\w+\(|#\w+ in ",
        re.MULTILINE,
    )
    written = ((path.name, path.read_text()) for path in SCRIPTS.rglob("*.js"))
    # The tool that joins them is a script too.
    for name, words in (*written, *joined(SCRIPTS)):
        assert not newer.search(words), name


def test_lib_scripts_do_not_use_the_document():
    for path in (SCRIPTS / "lib").glob("*.js"):
        assert not re.search(r"\bdocument\b|\bwindow\b", path.read_text()), path.name


def test_failing_module_stops_no_other(context, noises):
    page = context.new_page()
    page.add_init_script("navigator.share = () => Promise.resolve();")
    page.goto("/pages/controls.html")
    expect(page.locator("#theme")).to_be_visible()
    expect(page.locator("#share")).to_be_visible()
    noises[:] = [noise for noise in noises if "nowhere" not in noise]


def test_pages_work_with_a_storage_that_throws(page, site):
    page.add_init_script("""for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, {
            get() { throw new DOMException("No", "SecurityError"); },
        });""")
    page.goto("/pages/petition.html")
    fill_form(page)
    page.locator("#sign form button").click()
    page.wait_for_url("**/thanks.html")
    expect(page.locator("#greeting")).to_have_text("Hello.")
    expect(page.locator("[data-resend]")).to_be_hidden()
    assert site.posts[0]["given_name"] == ["Amalia"]
