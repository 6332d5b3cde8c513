"""How long a practised person needs at a kiosk, from the first tap to the thanks.

A script signs in Chromium at a person's pace.
"""

import sqlite3
from contextlib import closing
from statistics import median
from time import monotonic

from playwright.sync_api import sync_playwright

from bench.report import Row
from tests import chromium
from tests.browser.kiosk.tablet import Tablet
from tests.browser.served_site import ServedSite

# The time a person needs for one key of the on-screen keyboard, and to find the next target.
KEY_SECONDS, TOUCH_SECONDS = 0.2, 1.0
MAX_SECONDS = 30
PEOPLE = (
    ("Amalia", "Rosales", "amalia.rosales@correo.mx"),
    ("Jean-Luc", "Tremblay", "jl.tremblay@exemple.qc.ca"),
    ("Guadalupe", "Ochoa", "lupita.ochoa@correo.mx"),
)
POSTAL_CODE = "M5V 2T6"


class Fingers:
    """Taps and types at a person's pace, and counts both."""

    def __init__(self, page):
        self._page = page
        self.touches = self.keys = 0

    def touch(self, selector):
        self._page.wait_for_timeout(1000 * TOUCH_SECONDS)
        self._page.locator(selector).first.click()
        self.touches += 1

    def write(self, field, text):
        """Tap the field and type. The keyboard is open by then."""
        self.touch(f"[data-field={field}]")
        self._page.keyboard.type(text, delay=1000 * KEY_SECONDS)
        self.keys += len(text)


def measure(_scale, folder):
    """Yield two rows. Without Chromium, one that says so."""
    path = chromium.find()
    if path is None:
        yield Row("signing at a table", "no Chromium found")
        return
    with sync_playwright() as playwright:
        site = ServedSite(folder).start()
        try:
            # At this table a crew member's witness is enough, as its organizers chose.
            with closing(
                sqlite3.connect(site.var / "volante.sqlite3", timeout=10, isolation_level=None)
            ) as database:
                database.execute("update petition set confirmation = 'email_or_witness'")
            tablet = Tablet(playwright.chromium, path, site, folder / "tablet").pair().begin()
            for label, with_all in (
                ("name and postal code", False),
                ("both names, postal code, email", True),
            ):
                yield _row(label, [_signs(tablet, person, with_all) for person in PEOPLE])
            tablet.close()
        finally:
            site.stop()


def _signs(tablet, person, with_all):
    """Return the seconds, taps and keys of one person."""
    fingers = Fingers(tablet.page)
    given, family, email = person
    began = monotonic()
    fingers.touch("[data-signs] button")
    fingers.touch("[data-pick]")
    fingers.touch("[data-act=onward]")
    fingers.write("given_name", given)
    if with_all:
        fingers.write("family_name", family)
        fingers.write("email", email)
    # The country of the table is preselected.
    fingers.write("postal_code", POSTAL_CODE)
    fingers.touch("[data-act=sign]")
    tablet.screen("thanks")
    seconds = monotonic() - began
    tablet.next_person()
    return seconds, fingers.touches, fingers.keys


def _row(label, people):
    seconds, touches, keys = (median(figures) for figures in zip(*people, strict=True))
    return Row(
        f"a practised person signs at a table: {label}",
        f"{seconds:.0f} s, {touches:.0f} taps, {keys:.0f} keystrokes",
        f"{KEY_SECONDS} s a keystroke, {TOUCH_SECONDS:.0f} s a tap",
        f"< {MAX_SECONDS} s",
        seconds < MAX_SECONDS,
    )
