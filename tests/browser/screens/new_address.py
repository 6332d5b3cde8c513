"""Screens of a new email address: the form, and what the links in its emails open."""

import re
from html import unescape

from tests.browser.http_supporter import ask, email_to, until
from tests.browser.screens.screen import Screen


class NewAddressScreen(Screen):
    marker = "main [data-state] [name=email]"

    @classmethod
    def from_own_page(cls, mine):
        """Follow the link of “What you signed”."""
        mine.find("main a.go[href$='/address']").click()
        mine.page.wait_for_url("**/address")
        return cls(mine.visitor, mine.page)

    def enter(self, address):
        self.find("[name=email]").fill(address)
        self.find("main form button[type=submit]").click()

    def ask(self, address):
        """Enter an address, and wait for the answer, which is the same for everyone."""
        self.enter(address)
        self.page.wait_for_url("**/address?sent=1")
        return SentScreen(self.visitor, self.page)

    def refused(self, address):
        self.enter(address)
        return RefusedAddressScreen(self.visitor, self.page)


class RefusedAddressScreen(NewAddressScreen):
    marker = "main .alert--danger"


class SentScreen(Screen):
    marker = "main [data-state=sent]"


class AddressChangeScreen(Screen):
    """The page behind the link in an email about a change."""

    marker = "main [data-state]"

    @classmethod
    def from_email(cls, visitor, url, address):
        """Wait for an email with such a link, and open it."""
        email = email_to(url, address, visitor.lang, "/address-changes/")
        link = re.search(r'http[^"<\s]+/address-changes/[^"<\s]+', email).group()
        visitor.page.goto(unescape(link))
        return cls(visitor)

    @property
    def state(self):
        return self.find("main [data-state]").get_attribute("data-state")

    @property
    def kind(self):
        buttons = self.find("main form[action*='/address-changes/']").count()
        return type(self).__name__, self.state, buttons

    def count(self, part):
        return int(self.find(f"[data-part={part}]").get_attribute("data-count"))

    def press(self, button):
        """Press a button, and return what the next page says."""
        self.find(f"form[action$='/{button}'] button").click()
        self.page.wait_for_url("**/address-changes/answers/*")
        return AnsweredScreen(self.visitor, self.page)


class AnsweredScreen(Screen):
    marker = "main [data-answer]"

    @property
    def kind(self):
        return type(self).__name__, self.answer

    @property
    def answer(self):
        return self.find("main [data-answer]").get_attribute("data-answer")


def is_gone(path):
    """Return whether no personal page is behind this link, once the worker has moved everything."""
    return until(lambda: ask(path), r'action="[^"]*/mine"')
