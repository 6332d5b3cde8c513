"""Tests of signing without a mouse."""

from playwright.sync_api import expect

from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import AMALIA, PetitionScreen
from tests.browser.screens.thanks import ThanksScreen

MAX_TABS = 60
NAME = "document.activeElement.name || document.activeElement.className"
# A radio button is drawn by its card, which has the focus ring.
HAS_RING = """[document.activeElement, document.activeElement.closest("label")].some(
    (element) => element && getComputedStyle(element).outlineStyle !== "none")"""


def tab_to(page, name):
    """Press Tab until the control called `name` has the focus, which must be visible."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if name in page.evaluate(NAME):
            assert page.evaluate(HAS_RING), f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"{name} is not reached")


def test_first_tab_offers_to_skip_to_the_text(arrive):
    petition = PetitionScreen.open(arrive(width=1440))
    petition.page.keyboard.press("Tab")
    expect(petition.find("a.skip")).to_be_focused()
    expect(petition.find("a.skip")).to_be_in_viewport()
    petition.page.keyboard.press("Enter")
    petition.page.keyboard.press("Tab")
    assert petition.page.evaluate("document.activeElement.closest('main') !== null")


def test_signing_and_confirming_need_no_mouse(arrive):
    visitor = arrive(width=1440)
    page = PetitionScreen.open(visitor).page
    for name, value in {**AMALIA, "email": visitor.address}.items():
        if name == "country":
            continue
        page.locator("main").focus()
        tab_to(page, name)
        page.keyboard.type(value)
    page.locator("main").focus()
    tab_to(page, "country")
    page.keyboard.type("Mex")
    expect(page.locator("[name=country]")).to_have_value("MX")
    tab_to(page, "name_display")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[name=name_display][value=initials]")).to_be_checked()
    tab_to(page, "subscribe")
    page.keyboard.press("Space")
    expect(page.locator("[name=subscribe]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks")
    ThanksScreen(visitor)
    page.goto(email_of(visitor).link("confirm"))
    page.locator("main").focus()
    tab_to(page, "sign")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hatched/*")


def test_enter_in_a_field_submits_the_form(arrive):
    visitor = arrive()
    petition = PetitionScreen.open(visitor)
    petition.fill()
    petition.field("email").press("Enter")
    visitor.page.wait_for_url("**/thanks")
    email_of(visitor)
