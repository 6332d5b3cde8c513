"""Share the actions that module tests repeat."""

import time

from playwright.sync_api import expect

from tests.browser.modules.little_site import BASE

AMALIA = {"given_name": "Amalia", "family_name": "Rosales", "email": "amalia@correo.mx"}


def call(page, module, name, *arguments):
    """Call an exported function of static/js/lib/."""
    script = "async ([url, name, args]) => (await import(url))[name](...args)"
    return page.evaluate(script, [f"{BASE}/lib/{module}.js", name, arguments])


def until(claim, seconds=60, pause=0.05):
    """Wait until `claim()` is true, and return its value. `seconds` only bound what never comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := claim():
            return result
        time.sleep(pause)
    raise AssertionError("It did not come about")


def loads_until(page, claim):
    """Reload a page until `claim()` holds, because a cached public page may be a second old."""

    def holds():
        page.reload()
        return claim()

    return until(holds, pause=0.2)


def keeps_draft(page, words):
    """Wait until the browser stores this text of an unsaved form."""
    page.wait_for_function(
        "(words) => Object.values({ ...localStorage }).some((kept) => kept.includes(words))",
        arg=words,
    )


# Let a script go on as far as it can while its clock stands still.
GO_ON = """async () => {
    for (let turn = 0; turn < 50; turn += 1) {
        const { port1, port2 } = new MessageChannel();
        await new Promise((done) => { port1.onmessage = done; port2.postMessage(0); });
    }
}"""


def stop_clock(page, ahead_ms=5_000):
    """Stop the page's clock, a little ahead so that a slow machine does not ask for the past.

    Playwright takes the time in seconds. Timers that are due until then fire.
    """
    page.clock.pause_at(page.evaluate("(ms) => (Date.now() + ms) / 1000", ahead_ms))


def hide(page, is_hidden):
    script = """(hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(script, is_hidden)


def open_form(page, query="", left=200):
    """Open the petition and wait for its module. Signing earlier would happen without script."""
    page.goto(f"/pages/petition.html{query}")
    expect(page.locator("#left")).to_have_text(f"{left} letters left")


def fill_form(page, **words):
    for name, value in {**AMALIA, **words}.items():
        page.locator(f"[name={name}]").fill(value)


def sign(page, **words):
    open_form(page)
    fill_form(page, **words)
    page.locator("#sign form button").click()
    page.wait_for_url("**/thanks.html")


def kept(page, key):
    return page.evaluate("(key) => JSON.parse(sessionStorage.getItem(key))", key)
