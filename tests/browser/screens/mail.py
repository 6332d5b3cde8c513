"""Screens of the developer's mailbox, and of an email in it."""

import re

from lxml import html
from playwright.sync_api import expect

from tests.browser.modules.actions import until
from tests.browser.screens.mine import MineScreen, OwnLinkScreen
from tests.browser.screens.screen import Screen
from tests.browser.screens.thanks import ConfirmScreen

MAIL_SECONDS = 60
# They arrive some seconds after each confirmation, so they are counted apart.
THANKS = re.compile(
    "thank you for (signing|your letter)|gracias por (firmar|tu carta)|merci pour votre (signature|lettre)",
    re.IGNORECASE,
)


class Mailbox(Screen):
    path = "/dev/mail"
    marker = "main .mailbox"

    def emails_to(self, address):
        """Return the emails to `address`, without those that thank."""
        return self.find("main ol li", has_text=address, has_not_text=THANKS)

    def thanks_to(self, address):
        """Return the emails to `address` that thank for what was counted."""
        return self.find("main ol li", has_text=address).filter(has_text=THANKS)

    def wait_for(self, address, count=1):
        """Wait until there are this many emails to `address`."""
        self._wait_for(count, lambda text: address in text and not THANKS.search(text))
        assert self.emails_to(address).count() == count
        return self

    def wait_for_thanks(self, address):
        """Wait until there is an email to `address` that thanks."""
        self._wait_for(1, lambda text: address in text and THANKS.search(text))
        return self

    def _wait_for(self, count, is_wanted):
        """Request the list until it has so many that are wanted. Then show it.

        To load the page again and again would take the browser a tenth of a second each time.
        """

        def have_come():
            page = html.fromstring(self.visitor.context.request.get(self.page.url).body())
            rows = page.xpath("//main//ol/li")
            return sum(bool(is_wanted(row.text_content())) for row in rows) >= count

        until(have_come, MAIL_SECONDS, pause=0.2)
        self.page.reload()

    def newest(self):
        """Open the newest email to the visitor."""
        self.emails_to(self.visitor.address).locator("a").first.click()
        return EmailScreen(self.visitor, self.page)


class EmailScreen(Screen):
    marker = "main pre"

    def settle(self):
        expect(self._looks.locator("body")).to_be_visible()

    @property
    def _looks(self):
        return self.find("main iframe").content_frame

    def link(self, way):
        """Return the link of kind `way` in the plain text: confirm or mine."""
        return re.search(rf"\S+/signatures/{way}/\S+", self.find("main pre").text_content()).group()

    @property
    def code(self):
        """Return the code to type, as the HTML email shows it. The plain text has the same."""
        code = self._looks.locator(".code").text_content().strip()
        assert code in self.find("main pre").text_content().split()
        return code

    def press(self):
        """Press the button in the HTML email. It opens outside its frame."""
        # While the frame still grows, a press may hit the button's old place.
        self.page.wait_for_load_state("networkidle")
        self._looks.locator("a[href*='/signatures/confirm/']").first.click()
        self.page.wait_for_url("**/signatures/confirm/*")
        return ConfirmScreen(self.visitor, self.page)

    def open_mine(self):
        """Open the supporter's page by the link in this email, or by a newly requested one."""
        if "/signatures/mine/" not in self.find("main pre").text_content():
            return own_page_of(self.visitor)
        self.page.goto(self.link("mine"))
        return MineScreen(self.visitor, self.page)


def own_page_of(visitor):
    """Request the link to the visitor's own page, and open it from the email."""
    before = Mailbox.open(visitor).emails_to(visitor.address).count()
    OwnLinkScreen.open(visitor).ask(visitor.address)
    visitor.page.goto(email_of(visitor, emails=before + 1).link("mine"))
    return MineScreen(visitor)


def email_of(visitor, emails=1):
    """Return the newest email to the visitor, once there are this many."""
    return Mailbox.open(visitor).wait_for(visitor.address, emails).newest()
