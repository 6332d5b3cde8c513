"""Screens of updates: the archive, one update, the subscription form, and its email links."""

import re

from tests.browser.screens.mail import email_of
from tests.browser.screens.screen import Screen


class UpdatesScreen(Screen):
    path = "/{lang}/updates/"
    marker = "main .news-list"

    def follow(self, slug):
        self.find(f".news-row-title a[href$='/updates/{slug}']").click()
        self.page.wait_for_url(f"**/updates/{slug}")
        return UpdateScreen(self.visitor, self.page)


class UpdateScreen(Screen):
    marker = "main .news"


class NewsBox(Screen):
    path = "/{lang}/causes/butterflies-for-mexico"
    marker = "main form.subscribe"

    def subscribe(self, address=None, often="each"):
        form = self.find("form.subscribe")
        form.locator("[name=email]").fill(address or self.visitor.address)
        form.locator(f"[name=frequency][value={often}]").check()
        form.locator("button[type=submit]").dblclick()

    def thanked(self, **words):
        self.subscribe(**words)
        self.page.wait_for_url("**/subscriptions/thanks")
        return CheckYourEmailScreen(self.visitor, self.page)

    def refused(self, **words):
        self.subscribe(**words)
        return RefusedBox(self.visitor, self.page)


class RefusedBox(NewsBox):
    marker = "main .alert--danger"


class CheckYourEmailScreen(Screen):
    marker = "main .after-list"


class AskedScreen(Screen):
    """The page with the button that the email links to."""

    marker = "main form[action*='/subscriptions/confirm/']"

    @classmethod
    def by_email(cls, visitor):
        visitor.page.goto(links_in(email_of(visitor), "confirm/")[0])
        return cls(visitor)

    def confirm(self):
        self.find("main form button[type=submit]").click()
        self.page.wait_for_url("**/subscriptions/confirmed")
        return Screen(self.visitor, self.page)


class EndScreen(Screen):
    marker = "main .after-text"

    def press(self):
        self.find("main form button[type=submit]").click()
        self.page.wait_for_url("**/subscriptions/stopped")
        return EndScreen(self.visitor, self.page)


class PreferencesScreen(Screen):
    marker = "main .mine"

    def choose(self, often, lang):
        form = self.find("form.mine-form").first
        form.locator(f"[name=frequency][value={often}]").check()
        form.locator("[name=lang]").select_option(lang)
        form.locator("button[type=submit]").click()
        self.page.wait_for_url("**saved=*")
        return PreferencesScreen(self.visitor, self.page)


def links_in(email, way=""):
    """Return the links to a subscription's pages in the plain text of an email.

    An update email has links to unsubscribe and to the preferences.
    """
    return re.findall(rf"\S+/subscriptions/{way}\S+", email.find("main pre").text_content())
