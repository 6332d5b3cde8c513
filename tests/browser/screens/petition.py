"""Screens of a petition: its text and the form beside it."""

import re

from playwright.sync_api import expect

from tests.browser.screens.reading import CAUSE
from tests.browser.screens.screen import Screen
from tests.browser.screens.thanks import ThanksScreen

AMALIA = {"given_name": "Amalia", "family_name": "Rosales", "country": "MX", "postal_code": "50000"}


class PetitionScreen(Screen):
    path = "/{lang}/petitions/{slug}"
    marker = "#sign form"

    @classmethod
    def open(cls, visitor, page=None, slug="find-the-43"):
        return super().open(visitor, page, slug=slug)

    def settle(self):
        # Signing before the module has started happens without script, which is another journey.
        if self.visitor.scripts:
            expect(self.find("[data-characters-many]")).to_have_text(re.compile(r"\d"))

    def field(self, name):
        return self.find(f"#sign form [name={name}]")

    def fill(self, **words):
        """Fill in the form as Amalia with the visitor's own email address, except for `words`."""
        for name, value in {**AMALIA, "email": self.visitor.address, **words}.items():
            if name == "country":
                self.field(name).select_option(value)
            elif name == "name_display":
                self.find(f"#sign form [name=name_display][value={value}]").check()
            else:
                self.field(name).fill(value)

    @property
    def button(self):
        return self.find("#sign form button[type=submit]")

    def sign(self, **words):
        self.fill(**words)
        self.button.click()
        return ThanksScreen(self.visitor, self.page)

    def refuse(self, **words):
        """Send an invalid form, and return the same page with its errors."""
        self.visitor.page_errors.allowed.add(422)
        self.fill(**words)
        self.button.click()
        return RefusedScreen(self.visitor, self.page)

    @property
    def words(self):
        """Return the values of the fields, by name."""
        return {name: self.field(name).input_value() for name in (*AMALIA, "email", "comment")}


class RefusedScreen(PetitionScreen):
    """The same page with its errors."""

    marker = "#sign [role=alert]"

    @property
    def kind(self):
        return f"RefusedScreen with {self.links.count()} faults"

    @property
    def summary(self):
        return self.find("#sign [role=alert]")

    @property
    def links(self):
        return self.summary.locator("a")


class ClosedScreen(Screen):
    """A petition that takes no signatures."""

    path = "/{lang}/petitions/{slug}"
    marker = f"#sign:not(:has(form)) a[href$='{CAUSE}']"
