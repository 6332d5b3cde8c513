"""A person with a browser: language, screen, with or without script, by day or by night."""

from itertools import count
from urllib.parse import urlsplit

from tests.browser import accessibility
from tests.browser.page_errors import PageErrors

LOCALES = {"en": "en-CA", "es": "es-MX", "fr": "fr-CA"}
HEIGHTS = {320: 568, 390: 844, 820: 1180, 1440: 900}
TIMEOUT_MS = 60_000
numbers = count(1)


class Visitor:
    """One browser context and its first tab. `address` is unique, so that each visitor may sign."""

    def __init__(self, browser, url, lang="en", width=390, scripts=True, scheme="light", **options):
        self.lang, self.width, self.scripts, self.scheme = lang, width, scripts, scheme
        self._own_colours = "forced_colors" in options
        self.address = f"amalia.{next(numbers)}@correo.mx"
        self.context = browser.new_context(
            base_url=url,
            locale=LOCALES[lang],
            viewport={"width": width, "height": HEIGHTS[width]},
            java_script_enabled=scripts,
            color_scheme=scheme,
            **{"timezone_id": "America/Toronto", **options},
        )
        self.context.set_default_timeout(TIMEOUT_MS)
        self.page_errors = PageErrors(self.context)
        self.page = self.context.new_page()

    def inspect(self, page, kind):
        """Look for barriers where possible: axe needs script, and cannot see forced colours.

        Any language may be inspected first. Other tests check that each page names its language and
        has all labels.
        """
        if self.scripts and not self._own_colours:
            accessibility.inspect(page, (kind, _state(page)), width=self.width, scheme=self.scheme)


def _state(page):
    """Return the state of the page.

    A refused form keeps the URL it was sent to. A saved one says so in the query string.
    """
    address = urlsplit(page.url)
    return address.path.rpartition("/")[2] in ("signatures", "correct"), address.query.partition(
        "="
    )[0]
