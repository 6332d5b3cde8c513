"""Screens of events: the list, one event, and the registration that an email opens."""

import re

from tests.browser.screens.mail import email_of
from tests.browser.screens.screen import Screen


class EventsScreen(Screen):
    path = "/{lang}/events/"
    marker = "main .listing"

    def follow(self, slug):
        self.find(f"a[href$='/events/{slug}']").first.click()
        self.page.wait_for_url(f"**/events/{slug}")
        return EventScreen(self.visitor, self.page)


class EventScreen(Screen):
    path = "/{lang}/events/{slug}"
    marker = "main .event-page"

    def register(self, **words):
        """Open the form, fill it in and send it."""
        self.find(".register summary").first.click()
        form = self.find("form[action$='/registrations']")
        for name, value in {
            "name": "Amalia Rosales",
            "email": self.visitor.address,
            **words,
        }.items():
            control = form.locator(f"[name={name}]")
            control.select_option(value) if name == "seats" else control.fill(value)
        form.locator("button[type=submit]").click()

    def thanked(self, **words):
        self.register(**words)
        self.page.wait_for_url("**/thanks")
        return RegisteredScreen(self.visitor, self.page)


class RefusedEventScreen(EventScreen):
    marker = "main .event-page .alert--danger"


class RegisteredScreen(Screen):
    marker = "main .after-list"


class TicketScreen(Screen):
    marker = "main .ticket"

    @classmethod
    def by_email(cls, visitor, emails=1):
        """Wait for this many emails, and follow the link in the newest."""
        email = email_of(visitor, emails)
        visitor.page.goto(
            re.search(r"\S+/registrations/\S+", email.find("main pre").text_content()).group()
        )
        return cls(visitor)

    @classmethod
    def confirmed_by_email(cls, visitor):
        """Follow the link in the first email, and press its button."""
        return cls.by_email(visitor).confirm()

    def confirm(self):
        self.find("form[action$='/confirm'] button").click()
        self.find("form[action$='/confirm']").wait_for(state="detached")
        return TicketScreen(self.visitor, self.page)

    @property
    def state(self):
        return self.find(".ticket-state").get_attribute("data-state")

    @property
    def seats(self):
        """Return how many seats its form reserves."""
        return self.find("[name=seats]").input_value()

    @property
    def kind(self):
        return type(self).__name__, self.state

    def change(self, seats):
        self.find(".mine-change summary").first.click()
        self.find("[name=seats]").select_option(seats)
        self.find("form[method=post]:not([action$='/cancel']) button[type=submit]").click()
        self.page.wait_for_load_state()
        return TicketScreen(self.visitor, self.page)

    def cancel(self):
        self.find(".mine-change summary").last.click()
        self.find("form[action$='/cancel'] button").click()
        self.page.wait_for_url("**/registrations/*")
        return TicketScreen(self.visitor, self.page)
