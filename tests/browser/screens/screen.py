"""What all screens share."""

import re

from playwright.sync_api import expect


class Screen:
    """One page in front of a visitor, checked to be the right one without barriers.

    `path` is its URL, and `marker` is what only this page has.
    """

    path = "/{lang}/"
    marker = "main"

    def __init__(self, visitor, page=None):
        self.visitor = visitor
        self.page = page or visitor.page
        self.page.wait_for_load_state()
        expect(self.page.locator(self.marker).first).to_be_visible()
        self.settle()
        visitor.inspect(self.page, self.kind)

    @classmethod
    def open(cls, visitor, page=None, **where):
        """Open the page by its URL."""
        (page or visitor.page).goto(cls.path.format(lang=visitor.lang, **where))
        return cls(visitor, page)

    def settle(self):
        """Wait until the page's own modules have started, where it has any that matter."""

    def find(self, selector, **options):
        return self.page.locator(selector, **options)

    @property
    def kind(self):
        """Return the kind of page, which is inspected for barriers only once."""
        return type(self).__name__

    @property
    def lang(self):
        return self.find("html").get_attribute("lang")

    def speak(self, lang):
        """Follow the link to another language, through the menu on a phone."""
        if self.find(".menu summary").is_visible():
            self.find(".menu summary").click()
        self.find(f"nav.language-switch a[hreflang={lang}]:visible").click()
        self.page.wait_for_load_state()
        return type(self)(self.visitor, self.page)


def number_in(locator):
    """Return the number in an element, whatever its language's thousands separator."""
    return int(re.sub(r"\D", "", locator.first.text_content()))


def written(number):
    """Return a pattern of the number alone, with any thousands separator."""
    return re.compile(rf"^\D*{'[^0-9]?'.join(str(number))}\D*$")
