"""Screens of search results, and of the search field on other pages."""

from playwright.sync_api import expect

from tests.browser.screens.screen import Screen


class SearchScreen(Screen):
    path = "/{lang}/search"
    marker = "main .search-title"

    @property
    def field(self):
        return self.find("#page-q")

    @property
    def titles(self):
        return self.find(".result-title").all_inner_texts()

    def look_for(self, words):
        """Type, and press Enter where no script searches while typing."""
        self.field.press_sequentially(words, delay=20)
        if not self.visitor.scripts:
            self.field.press("Enter")
            self.page.wait_for_load_state()

    def see_title(self, words):
        expect(self.find(".search-title")).to_contain_text(words)


class AccessibilityScreen(Screen):
    path = "/{lang}/accessibility"
    marker = "main .statement-list"
