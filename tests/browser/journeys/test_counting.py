"""A window that somebody else has open sees a signature arrive."""

from playwright.sync_api import expect

from tests.browser.by_post import confirm
from tests.browser.screens.mail import letter_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen
from tests.browser.screens.screen import number_in

# The promise is a second or two; this machine may be busy with other tests.
SOON_MS = 6_000


def test_an_open_window_counts_on_while_somebody_else_confirms(arrive):
    watcher, supporter = arrive(width=1440, lang="fr"), arrive()
    cause = CauseScreen.open(watcher)
    petition = PetitionScreen.open(watcher, watcher.context.new_page())
    shown = number_in(petition.find(".progress [data-count]"))
    PetitionScreen.open(supporter).sign()
    number = letter_of(supporter).press().confirm().number
    cause.see_count(number, within_ms=SOON_MS)
    expect(petition.find(".progress [data-count]")).to_have_text(str(shown + 1))


def test_a_watched_page_says_its_count_to_who_listens(arrive, served):
    cause = CauseScreen.open(arrive())
    number, _ = confirm(served.url, f"listened.{cause.visitor.address}")
    expect(cause.status).to_contain_text(str(number), timeout=SOON_MS)
    expect(cause.status).to_have_attribute("aria-live", "polite")
