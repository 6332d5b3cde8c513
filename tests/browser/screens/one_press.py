"""The page of a one-press link: the next petition, the supporter's name, and the button."""

from playwright.sync_api import expect

from tests.browser.screens.screen import Screen
from tests.browser.screens.thanks import HATCH_MS, HatchedScreen


class OnePressScreen(Screen):
    marker = "#sign form[action*='/signatures/next/']"

    @property
    def signer(self):
        return self.find("#sign [data-signer]")

    @property
    def button(self):
        return self.find(f"{self.marker} button[type=submit]")

    def choose(self, name_display):
        self.find(f"{self.marker} [name=name_display][value={name_display}]").check()

    def press(self):
        """Press the button, and wait for the number. Without script, reload for it."""
        self.button.click()
        return self.number()

    def number(self):
        """Wait for the page of the number that follows."""
        self.page.wait_for_url("**/signatures/hatched/*")
        while not self.visitor.scripts and self.find("[data-module=hatch-poll]").count():
            self.find("main [data-module=hatch-poll] a:visible").first.click()
            self.page.wait_for_load_state()
        expect(self.find(HatchedScreen.marker)).to_be_visible(timeout=HATCH_MS)
        return HatchedScreen(self.visitor, self.page)


class ChangedScreen(OnePressScreen):
    """The same page again, because the petition has changed since it was opened."""

    marker = "main [data-state=changed] #sign form"


class UnusableLinkScreen(Screen):
    """A one-press link that signs nothing."""

    marker = "main .after h1"
