"""Screens after signing: thanks, the number, and what the supporter can do."""

from playwright.sync_api import expect

from tests.browser.screens.screen import Screen, number_in

# The number comes within a second, but a busy machine may need longer to show it.
HATCH_MS = 60_000


class CodeScreen(Screen):
    """The page for the code from the email, for people on another device."""

    path = "/{lang}/c"
    marker = "[data-code-page] form"

    @property
    def state(self):
        return self.find("[data-code-page]").get_attribute("data-code-page")

    @property
    def kind(self):
        return f"CodeScreen, {self.state}"

    def field(self, name):
        return self.find(f".code-form [name={name}]")

    def enter(self, code, email=None):
        """Send the code, and return the page that its link opens, or this page with the error."""
        if email is not None:
            self.field("email").fill(email)
        self.field("code").fill(code)
        self.find(".code-form button").click()
        self.page.wait_for_load_state()
        self.find(f"{CodeScreen.marker}, {ConfirmScreen.marker}").first.wait_for()
        is_refused = self.page.url.endswith("/c")
        return (CodeScreen if is_refused else ConfirmScreen)(self.visitor, self.page)


class ThanksScreen(Screen):
    path = "/{lang}/petitions/{slug}/thanks"
    marker = "main[id] [data-module=check-email]"

    def settle(self):
        # This tab has signed, so the page's script has something to offer.
        if self.visitor.scripts:
            expect(self.again).to_be_visible()

    @property
    def greeting(self):
        return self.find("[data-greeting]")

    @property
    def again(self):
        return self.find("[data-resend]")

    @property
    def resend_status(self):
        return self.find("[data-resend-status]")

    field, enter = CodeScreen.field, CodeScreen.enter


class ConfirmScreen(Screen):
    marker = "main form[action*='/signatures/confirm/']"

    def confirm(self):
        """Press the button, and wait for the number. Without script, reload for it."""
        self.find(f"{self.marker} button").click()
        self.page.wait_for_url("**/signatures/hatched/*")
        look_again = self.find("main [data-module=hatch-poll] a:visible")
        while not self.visitor.scripts and self.find("[data-module=hatch-poll]").count():
            look_again.first.click()
            self.page.wait_for_load_state()
        expect(self.find(HatchedScreen.marker)).to_be_visible(timeout=HATCH_MS)
        return HatchedScreen(self.visitor, self.page)


class ExpiredScreen(ConfirmScreen):
    """An expired email link, with a button that asks for a new one."""

    marker = "main form:has([name=again])"


class UnknownScreen(Screen):
    """A link that opens nothing: it is truncated, or its signature is gone."""

    marker = "main .after:not(:has(form)) h1"


class HatchedScreen(Screen):
    marker = ".hatched-number"

    @property
    def number(self):
        return number_in(self.find(self.marker))
