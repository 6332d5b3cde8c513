"""Screens of a letter action: its text and the form beside it."""

from tests.browser.screens.petition import AMALIA, PetitionScreen
from tests.browser.screens.thanks import ThanksScreen


class LetterScreen(PetitionScreen):
    path = "/{lang}/actions/{slug}"
    marker = "#sign form [name=answer_1]"

    @classmethod
    def open(cls, visitor, page=None, slug="open-the-register"):
        return super().open(visitor, page, slug=slug)

    def settle(self):
        self.page.wait_for_load_state("networkidle")

    def fill(self, **answers):
        """Fill in the form as Amalia with the visitor's own email address, and these answers."""
        self.field("country").select_option(AMALIA["country"])
        person = {name: AMALIA[name] for name in ("given_name", "family_name")}
        for name, value in {**person, "email": self.visitor.address, **answers}.items():
            self.field(name).fill(value)

    def send(self, **answers):
        self.fill(**answers)
        self.button.click()
        return ThanksScreen(self.visitor, self.page)
