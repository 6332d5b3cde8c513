"""The supporter's page, with all that an email address signed."""

from tests.browser.screens.screen import Screen


class OwnLinkScreen(Screen):
    """The form that sends the link to the supporter's page."""

    path = "/{lang}/mine"
    marker = "main form[action$='/mine']"

    def ask(self, address):
        """Enter an email address, and wait for the answer, which is the same for everyone."""
        self.find("[name=email]").fill(address)
        self.find(f"{self.marker} button").click()
        self.page.wait_for_url("**/mine?sent=1")
        return Screen(self.visitor, self.page)


class MineScreen(Screen):
    marker = "main .mine"

    def one(self, number=0):
        return self.find("main .mine-one").nth(number)

    def shown(self, number=0):
        """Return the text that says how the name is shown, the last of the details."""
        return self.one(number).locator("dd").last.inner_text()

    def correct(self, number=0, **words):
        """Open the form of the signature, change `words` and save."""
        self.one(number).locator("summary").first.click()
        form = self.form(number)
        for name, value in words.items():
            if name == "name_display":
                form.locator(f"[name=name_display][value={value}]").check()
            else:
                form.locator(f"[name={name}]").fill(value)
        form.locator("button[type=submit]").click()
        return MineScreen(self.visitor, self.page)

    def form(self, number=0):
        return self.one(number).locator("form[action$='/correct']")

    def withdraw(self, number=0):
        self.one(number).locator("details:has(form[action$='/withdraw']) > summary").click()
        return self._press(number, "withdraw")

    def restore(self, number=0):
        return self._press(number, "restore")

    def _press(self, number, way):
        self.one(number).locator(f"form[action$='/{way}'] button").click()
        self.page.wait_for_url("**/signatures/mine/*")
        return MineScreen(self.visitor, self.page)
