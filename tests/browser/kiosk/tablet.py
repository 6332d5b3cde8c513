"""Drive a tablet: a Chromium with its own profile on disk, which can be killed and restarted."""

import json
import os
import re
import signal
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tests.browser import accessibility
from tests.browser.modules.actions import until
from tests.browser.page_errors import PageErrors
from tests.chromium import ARGUMENTS

PIN = "482913"
LANDSCAPE = {"width": 1024, "height": 768}
TIMEOUT_MS = 60_000
HOLD_MS = 3_000
# Without a network the browser logs this itself, each time the app tries.
NO_NETWORK = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "net::ERR_CONNECTION_REFUSED")
CODE = re.compile(r"\b([A-Z0-9]{4}-[A-Z0-9]{4})\b")


class Tablet:
    """One profile in `folder`. `context` and `page` are those of its browser while it runs."""

    timeout_ms = TIMEOUT_MS

    def __init__(self, chromium, path, served, folder, **manner):
        self._chromium, self._path, self.served, self.folder = chromium, path, served, Path(folder)
        self._manner = {
            "viewport": LANDSCAPE,
            "locale": "en-CA",
            "timezone_id": "America/Toronto",
        } | manner
        self.errors = []
        self.start()

    def start(self):
        """Open the browser, and the app in it."""
        self.context = self._chromium.launch_persistent_context(
            str(self.folder),
            executable_path=self._path,
            args=ARGUMENTS,
            base_url=self.served.url,
            has_touch=True,
            **self._manner,
        )
        self.context.set_default_timeout(self.timeout_ms)
        self.page_errors = PageErrors(self.context)
        self.page_errors.errors, self.page_errors.allowed = self.errors, {*NO_NETWORK}
        self.page = self.context.pages[0]
        self._has_clock = False

    def open(self):
        self.page.goto("/kiosk/")
        return self

    def pair(self, event="table"):
        """Pair by a new code, typed as people type, and wait for the light."""
        return self.pair_by(self.code(event))

    def code(self, event="table"):
        output = self.served.flask("kiosks", "pair", event, "--pin", PIN)
        return CODE.search(output)[1]

    def pair_by(self, code):
        self.open()
        self.page.locator("#k-code").fill(code.lower().replace("-", " "))
        self.page.locator("[data-act=pair]").click()
        self.page.locator("main[data-screen=ready] [data-light][data-is=on]").wait_for()
        return self

    def begin(self):
        self.page.locator("[data-act=begin]").click()
        self.screen("attract")
        return self

    def screen(self, name):
        self.page.locator(f"main[data-screen={name}]").wait_for()

    def choose(self, *petitions, lang="en"):
        """Tap the language, and choose petitions by position (the first if none is given)."""
        self.page.locator(f"[data-sign-buttons] [lang={lang}]").click()
        for place in petitions or (0,):
            self.page.locator("[data-pick]").nth(place).click()
        self.page.locator("[data-act=onward]").click()

    def fill(self, given, family="", email="", country="CA", postal_code="M5V 2T6"):
        for name, value in (
            ("given_name", given),
            ("family_name", family),
            ("email", email),
            ("postal_code", postal_code),
        ):
            self.page.locator(f"[data-field={name}]").fill(value)
        self.page.locator("[data-field=country]").select_option(country)

    def sign(self, given, family="", *petitions, lang="en", **words):
        """Sign as a person does, up to the thanks screen."""
        self.choose(*petitions, lang=lang)
        self.fill(given, family, **words)
        self.page.locator("[data-act=sign]").click()
        # On a slow machine the thanks screen may be over before we look.
        self.page.locator("main:is([data-screen=thanks], [data-screen=attract])").wait_for()

    def sign_quickly(self, names, family):
        """Sign faster than any finger, up to the first screen for the next person."""
        self.page.evaluate(QUICK_FINGERS, [names, family])
        self.screen("attract")

    def linger(self):
        """Keep the thanks screen, as it stays while a person touches it."""
        self.page.evaluate(
            "() => setInterval(() => document.querySelector('main').dispatchEvent(new Event('pointerdown')), 1000)"
        )

    def start_again(self):
        """Clear the input, and confirm the question whether to."""
        self.page.locator("[data-act=again]").click()
        self.page.locator("#restart [data-act=clear]").click()
        self.screen("attract")

    def next_person(self):
        self.page.evaluate("() => document.querySelector('[data-act=next]')?.click()")
        self.screen("attract")

    def hold_brand(self):
        """Hold a finger on the brand long enough, by moving the page's clock forward."""
        if not self._has_clock:
            # Install it once: a second time would reset the clock to before the time that has
            # passed.
            self.page.clock.install()
            self._has_clock = True
        self.page.locator("[data-brand]").dispatch_event("pointerdown")
        self.page.clock.fast_forward(HOLD_MS + 100)
        self.screen("pin")

    def enter(self, digits):
        for digit in digits:
            self.page.locator(f'[data-key="{digit}"]').click()

    def panel(self):
        self.hold_brand()
        self.enter(PIN)
        self.screen("panel")

    def answered(self, status, content=None, **headers):
        """Answer each sync with this status instead of the server. 0 restores the server."""
        self.page_errors.allowed.add(status)
        self.context.unroute_all()
        if status:
            body = json.dumps(content) if isinstance(content, dict) else content or ""
            head = {name.replace("_", "-"): value for name, value in headers.items()}
            self.context.route(
                "**/kiosk/sync", lambda route: route.fulfill(status=status, body=body, headers=head)
            )

    def waiting(self):
        """Return how many records are in the queue."""
        return len(self.kept("queue"))

    def emptied(self):
        """Wait until the queue is empty."""
        until(lambda: not self.waiting(), seconds=2 * TIMEOUT_MS / 1000)

    def kept(self, store):
        return self.page.evaluate(ALL_OF, store)

    def inspect(self, kind):
        # A new screen ignores presses for half a second.
        self.page.locator("main:not([inert])").wait_for()
        accessibility.inspect(self.page, ("kiosk", kind), width=self.page.viewport_size["width"])

    def kill(self):
        """Kill the browser as an empty battery does, and clear its locks for another start."""
        self.cut_power()
        with suppress(Exception):
            self.context.close()
        # The lock tells a browser that another one has this profile open.
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def cut_power(self):
        """Kill every process of this browser at once. Any thread may do it."""
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and str(self.folder) in _command(process):
                with suppress(ProcessLookupError):
                    os.kill(int(process.name), signal.SIGKILL)

    def close(self):
        with suppress(Exception):
            self.context.close()


ALL_OF = """(store) => new Promise((resolve, reject) => {
  const opened = indexedDB.open("volante-kiosk");
  opened.onsuccess = () => {
    const all = opened.result.transaction([store]).objectStore(store).getAll();
    all.onsuccess = () => { opened.result.close(); resolve(all.result); };
  };
  opened.onerror = () => reject(opened.error);
})"""


QUICK_FINGERS = """async ([names, family]) => {
  const find = (selector) => document.querySelector(`main ${selector}`);
  const shown = async (screen) => {
    while (document.querySelector("main").dataset.screen !== screen) await new Promise((done) => setTimeout(done, 5));
  };
  for (const name of names) {
    await shown("attract");
    find("[data-sign-buttons] button").click();
    find("[data-pick] input").click();
    find("[data-act=onward]").click();
    const values = { given_name: name, family_name: family, country: "CA", postal_code: "M5V 2T6" };
    for (const [field, value] of Object.entries(values)) find(`[data-field=${field}]`).value = value;
    find("[data-act=sign]").click();
    await shown("thanks");
    find("[data-act=next]").click();
  }
}"""


def _command(process):
    with suppress(OSError):
        return (process / "cmdline").read_bytes().decode(errors="replace")
    return ""


def stored(served, family):
    """Return (given name, number) of all signatures with this family name on the server."""
    with closing(sqlite3.connect(served.var / "volante.sqlite3", timeout=10)) as database:
        sentence = (
            "select given_name, number from signature where family_name = ? order by given_name"
        )
        return database.execute(sentence, (family,)).fetchall()
