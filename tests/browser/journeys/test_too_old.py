"""Tests of a browser that has scripts enabled but cannot run ours."""

import pytest

from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen

pytestmark = pytest.mark.slow

UNREAD = "net::ERR_FAILED"


@pytest.fixture
def old_visitor(arrive):
    visitor = arrive(lang="es")
    visitor.page_errors.allowed.add(UNREAD)
    visitor.context.route("**/js/**", lambda route: route.abort())
    # There is nothing added by script to wait for.
    visitor.scripts = False
    return visitor


@pytest.mark.slow
def test_signing_form_still_works(old_visitor):
    hatched = email_of(PetitionScreen.open(old_visitor).sign().visitor).press().confirm()
    assert hatched.number > 0


def test_kiosk_says_that_the_browser_is_too_old(old_visitor):
    page = old_visitor.page
    page.goto("/kiosk/")
    words = page.locator(".kiosk-late [lang=es]")
    words.wait_for(state="attached")
    assert not words.is_visible()
    # The message is delayed, so that it does not alarm anyone on a slow network.
    page.evaluate("() => document.getAnimations().forEach((each) => each.finish())")
    words.wait_for()
