"""What a reader has chosen: day or night, stillness, colours of their own."""

import pytest
from playwright.sync_api import expect

from tests.browser import barriers
from tests.browser.screens.mail import letter_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen, HomeScreen

GROUND = "getComputedStyle(document.body).backgroundColor"
RUNNING = """document.getAnimations().filter(({ effect }) => effect.getComputedTiming().duration > 250).map(
    ({ animationName, transitionProperty, effect }) => `${effect.target.className}: ${animationName || transitionProperty}`)"""
MOVES_SMOOTHLY = "getComputedStyle(document.documentElement).scrollBehavior === 'smooth'"
WITHOUT_EDGE = """() => [...document.querySelectorAll("input, select, textarea, button, .sign, .button, .choice")]
    .filter((control) => control.checkVisibility() && control.type !== "hidden" && !control.closest(".honeypot"))
    .filter((control) => {
        const { borderTopStyle, appearance } = getComputedStyle(control);
        return borderTopStyle === "none" && appearance === "none" && !control.matches(".choice *, .theme");
    }).map((control) => control.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("width", [390, 1440])
def test_night_is_chosen_with_one_press_and_stays_on_the_next_page(arrive, width):
    home = HomeScreen.open(arrive(width=width))
    day = home.page.evaluate(GROUND)
    home.find("button.theme").click()
    night = home.page.evaluate(GROUND)
    assert night != day
    barriers.inspect(home.page, ("night by choice", width))
    cause = CauseScreen.open(home.visitor)
    assert cause.page.evaluate(GROUND) == night
    assert "night=1" in cause.find("img.montage").first.evaluate("(picture) => picture.currentSrc")
    cause.find("button.theme").click()
    assert cause.page.evaluate(GROUND) == day
    assert "night=1" not in cause.find("img.montage").first.evaluate("(picture) => picture.currentSrc")


def test_day_can_be_chosen_on_a_system_that_has_night(arrive):
    home = HomeScreen.open(arrive(scheme="dark"))
    night = home.page.evaluate(GROUND)
    home.find("button.theme").click()
    assert home.page.evaluate(GROUND) != night
    assert home.find("button.theme").get_attribute("aria-pressed") == "false"


def test_nothing_moves_for_who_wants_no_motion(arrive):
    still, supporter = arrive(reduced_motion="reduce"), arrive()
    cause = CauseScreen.open(still)
    assert not still.page.evaluate(MOVES_SMOOTHLY)
    PetitionScreen.open(supporter).sign()
    number = letter_of(supporter).press().confirm().number
    expect(cause.find("[data-count=cause]").first).to_have_text(str(number), timeout=6000)
    assert still.page.evaluate(RUNNING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_keep_an_edge_in_the_systems_own_colours(arrive, scheme):
    petition = PetitionScreen.open(arrive(width=1440, scheme=scheme, forced_colors="active"))
    assert petition.page.evaluate(WITHOUT_EDGE) == []
    expect(petition.button).to_be_visible()


def test_the_phones_bar_leaves_while_the_form_is_in_view(arrive):
    petition = PetitionScreen.open(arrive())
    bar = petition.find("[data-module=signing-bar]")
    expect(bar).to_be_in_viewport()
    petition.find("#sign form").scroll_into_view_if_needed()
    expect(bar).to_be_hidden()
    petition.page.evaluate("window.scrollTo(0, 0)")
    expect(bar).to_be_in_viewport()


def test_the_phones_menu_opens_without_script_and_has_no_barrier(arrive):
    scripted, plain = arrive(), arrive(scripts=False)
    for visitor in (scripted, plain):
        home = HomeScreen.open(visitor)
        home.find(".menu summary").click()
        expect(home.find(".menu nav a").first).to_be_visible()
    barriers.inspect(scripted.page, "the menu, open")
