"""Tests of reader preferences: day or night, reduced motion, forced colours."""

import pytest
from playwright.sync_api import expect

from tests.browser import accessibility
from tests.browser.http_supporter import confirm
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen, HomeScreen
from tests.browser.screens.thanks import ThanksScreen

GROUND = "getComputedStyle(document.body).backgroundColor"
RUNNING = """document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().duration > 250)
    .map(({ animationName, transitionProperty, effect }) =>
        `${effect.target.className}: ${animationName || transitionProperty}`)"""
MOVES_SMOOTHLY = "getComputedStyle(document.documentElement).scrollBehavior === 'smooth'"
# A radio button has the edge of its card, and the single day-or-night icon needs none.
WITHOUT_EDGE = """() => [...document.querySelectorAll("input, select, textarea, button, .sign, .button, .choice")]
    .filter((control) => control.checkVisibility() && !control.matches(".honeypot *, .choice *, .theme"))
    .filter((control) => {
        const { borderTopStyle, appearance } = getComputedStyle(control);
        return borderTopStyle === "none" && appearance === "none";
    })
    .map((control) => control.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("width", [390, 1440])
def test_night_is_chosen_with_one_press_and_kept_on_the_next_page(arrive, width):
    home = HomeScreen.open(arrive(width=width))
    day = home.page.evaluate(GROUND)
    home.find("button.theme").click()
    night = home.page.evaluate(GROUND)
    assert night != day
    accessibility.inspect(home.page, "night by choice", width=width)
    cause = CauseScreen.open(home.visitor)
    assert cause.page.evaluate(GROUND) == night
    assert "night=1" in _picture(cause)
    cause.find("button.theme").click()
    assert cause.page.evaluate(GROUND) == day
    assert "night=1" not in _picture(cause)


def test_day_can_be_chosen_on_a_system_in_dark_mode(arrive):
    home = HomeScreen.open(arrive(scheme="dark"))
    night = home.page.evaluate(GROUND)
    home.find("button.theme").click()
    assert home.page.evaluate(GROUND) != night
    assert home.find("button.theme").get_attribute("aria-pressed") == "false"


def test_nothing_moves_with_reduced_motion(arrive, served):
    still = arrive(reduced_motion="reduce")
    cause = CauseScreen.open(still)
    assert not still.page.evaluate(MOVES_SMOOTHLY)
    number, _ = confirm(served.url, still.address)
    expect(cause.find("[data-count=cause]").first).to_have_text(str(number), timeout=30_000)
    assert still.page.evaluate(RUNNING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_keep_an_edge_in_forced_colours(arrive, scheme):
    petition = PetitionScreen.open(arrive(width=1440, scheme=scheme, forced_colors="active"))
    assert petition.page.evaluate(WITHOUT_EDGE) == []
    expect(petition.button).to_be_visible()


LETTER_TO_FORM = """() => {
    const bottom = (selector) => document.querySelector(selector).getBoundingClientRect().bottom;
    return document.querySelector("#sign").getBoundingClientRect().top - bottom(".petition-text > :nth-last-child(1 of :not(.signing-bar))");
}"""


def test_phone_signing_bar_hides_while_the_form_is_in_view(arrive):
    petition = PetitionScreen.open(arrive())
    bar = petition.find("[data-module=signing-bar] a")
    gap = petition.page.evaluate(LETTER_TO_FORM)
    assert gap < 40
    expect(bar).to_be_in_viewport()
    petition.find("#sign form").scroll_into_view_if_needed()
    expect(bar).to_be_hidden()
    assert petition.page.evaluate(LETTER_TO_FORM) == gap
    petition.page.evaluate("window.scrollTo(0, 0)")
    expect(bar).to_be_in_viewport()


def test_phone_signing_bar_stays_below_the_text_without_script(arrive):
    petition = PetitionScreen.open(arrive(scripts=False))
    bar = petition.find("[data-module=signing-bar] a")
    expect(bar).to_be_in_viewport()
    petition.find("#sign").scroll_into_view_if_needed()
    author = petition.find(".petition-author").bounding_box()
    assert bar.bounding_box()["y"] >= author["y"] + author["height"]


@pytest.mark.parametrize(
    "screen", [HomeScreen, PetitionScreen, ThanksScreen], ids=lambda screen: screen.__name__
)
def test_page_whose_script_never_arrived_has_no_barrier(arrive, screen):
    visitor = arrive()
    visitor.page_errors.allowed.add("net::ERR_FAILED")
    visitor.context.route("**/static/*/js/**", lambda route: route.abort())
    visitor.page.goto(screen.path.format(lang="en", slug="find-the-43"))
    expect(visitor.page.locator(screen.marker).first).to_be_visible()
    accessibility.inspect(visitor.page, ("without script", screen))


def test_phone_menu_opens_without_script_and_has_no_barrier(arrive):
    scripted, plain = arrive(), arrive(scripts=False)
    for visitor in (scripted, plain):
        home = HomeScreen.open(visitor)
        home.find(".menu summary").click()
        expect(home.find(".menu nav a").first).to_be_visible()
    accessibility.inspect(scripted.page, "the menu, open")


def _picture(cause):
    return cause.find("img.montage").first.evaluate(
        "(picture) => picture.decode().then(() => picture.currentSrc)"
    )
