"""A browser that has script switched on, but cannot read ours."""

import pytest

from tests.browser.screens.mail import letter_of
from tests.browser.screens.petition import PetitionScreen

UNREAD = "net::ERR_FAILED"


@pytest.fixture
def old_visitor(arrive):
    visitor = arrive(lang="es")
    visitor.noises.allowed.add(UNREAD)
    visitor.context.route("**/js/**", lambda route: route.abort())
    # Nothing that script puts there is to be waited for.
    visitor.scripts = False
    return visitor


def test_the_form_takes_the_signature_all_the_same(old_visitor):
    hatched = letter_of(PetitionScreen.open(old_visitor).sign().visitor).press().confirm()
    assert hatched.number > 0


def test_the_kiosk_says_that_the_browser_is_too_old_for_it(old_visitor):
    page = old_visitor.page
    page.goto("/kiosk/")
    words = page.locator(".kiosk-late [lang=es]")
    words.wait_for(state="attached")
    assert not words.is_visible()
    # Nobody who only waits for a slow network is frightened.
    page.evaluate("() => document.getAnimations().forEach((each) => each.finish())")
    words.wait_for()
