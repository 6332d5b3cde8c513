"""Tests of one's own butterfly between signing and confirming."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import MontageScreen

DRAWN = ".stage.is-drawn"
TIMEOUT_MS = 30_000


def wait_at_the_edge(visitor):
    """Sign, and follow the thanks page to the montage, where one's own butterfly hovers."""
    thanks = PetitionScreen.open(visitor).sign()
    expect(thanks.find("[data-waiting] .pending")).to_be_visible()
    thanks.find("[data-waiting] a.go").click()
    visitor.page.wait_for_url("**/montage")
    montage = MontageScreen(visitor)
    expect(montage.find(".stage-pending")).to_be_visible(timeout=TIMEOUT_MS)
    return montage


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1440])
def test_own_butterfly_hovers_while_pending_and_lands_when_confirmed(arrive, width):
    visitor = arrive(width=width)
    montage = wait_at_the_edge(visitor)
    expect(montage.find(".montage-pending")).to_be_visible()
    montage.page.locator(DRAWN).wait_for(state="attached", timeout=TIMEOUT_MS)
    first = visitor.page
    visitor.page = visitor.context.new_page()
    number = email_of(visitor).press().confirm().number
    first.bring_to_front()
    expect(first.locator("[data-pending]:visible")).to_have_count(0)
    expect(first.locator("[data-card=number]")).to_have_text(f"{number:,}", timeout=TIMEOUT_MS)


@pytest.mark.slow
def test_own_butterfly_is_private_and_gone_after_half_an_hour(arrive):
    visitor = arrive()
    wait_at_the_edge(visitor)
    stranger = MontageScreen.open(arrive())
    stranger.page.locator(DRAWN).wait_for(state="attached", timeout=TIMEOUT_MS)
    expect(stranger.find("[data-pending]:visible")).to_have_count(0)
    visitor.page.evaluate(
        """() => {
            const kept = JSON.parse(sessionStorage.getItem("volante:signed"));
            sessionStorage.setItem("volante:signed", JSON.stringify({ ...kept, at: kept.at - 31 * 60 * 1000 }));
        }"""
    )
    visitor.page.reload()
    visitor.page.locator(DRAWN).wait_for(state="attached", timeout=TIMEOUT_MS)
    expect(visitor.page.locator("[data-pending]:visible")).to_have_count(0)


@pytest.mark.slow
def test_shared_number_page_lets_no_butterfly_land(arrive):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    hatched = email_of(visitor).press().confirm().page.url
    friend = arrive()
    montage = wait_at_the_edge(friend)
    other = friend.context.new_page()
    other.goto(hatched)
    expect(other.locator(".hatched-number")).to_be_visible()
    other.wait_for_load_state("networkidle")
    expect(montage.find(".stage-pending")).to_be_visible()


@pytest.mark.slow
def test_own_butterfly_keeps_still_with_reduced_motion(arrive):
    visitor = arrive(reduced_motion="reduce")
    wait_at_the_edge(visitor)
    assert (
        visitor.page.evaluate(
            "getComputedStyle(document.querySelector('.stage-pending .pending')).animationName"
        )
        == "none"
    )
