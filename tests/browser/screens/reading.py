"""Public screens: home, a cause, the privacy page, and errors."""

from playwright.sync_api import expect

from tests.browser.screens.screen import Screen, number_in, written

CAUSE = "butterflies-for-mexico"


class HomeScreen(Screen):
    marker = "main .hero"


class CauseScreen(Screen):
    path = f"/{{lang}}/causes/{CAUSE}"
    marker = "main .cause-title"

    @property
    def count(self):
        return number_in(self.find("[data-count=cause]"))

    @property
    def status(self):
        return self.find("[data-pulse-status]")

    def see_count(self, number, within_ms):
        """Wait until the counter shows `number`, followed by the next butterfly's sentence."""
        expect(self.find("[data-count=cause]").first).to_have_text(
            written(number), timeout=within_ms
        )
        expect(self.find("[data-next-number]")).to_have_text(written(number + 1))


class MontageScreen(Screen):
    """The montage, with its list of names opened."""

    path = f"/{{lang}}/causes/{CAUSE}/montage?list=1"
    marker = "main .montage-title"


class PrivacyScreen(Screen):
    path = "/{lang}/privacy"
    marker = "main table"


class FailureScreen(Screen):
    path = "/{lang}/nowhere"
    marker = "main .failure-options"
