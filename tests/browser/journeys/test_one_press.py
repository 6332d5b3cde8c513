"""Tests of signing the next petition with one press: from "What I signed" to the number."""

import pytest
from playwright.sync_api import expect

from tests.browser.http_supporter import ask, confirm
from tests.browser.screens.mine import MineScreen
from tests.browser.screens.one_press import ChangedScreen, OnePressScreen, UnusableLinkScreen
from tests.browser.screens.petition import PetitionScreen

CASES = [("en", False), ("es", True), ("es", False), ("fr", True)]


@pytest.fixture
def offered(arrive, served):
    """Return a function that creates a visitor on their own page, who signed one petition."""

    def offered(**manner):
        visitor = arrive(**manner)
        _, link = confirm(served.url, visitor.address, visitor.lang, name_display="initials")
        visitor.page.goto(link)
        return MineScreen(visitor)

    return offered


def open_first(mine):
    mine.find("main [data-one-press]").first.click()
    return OnePressScreen(mine.visitor, mine.page)


@pytest.mark.parametrize(("lang", "scripts"), CASES)
def test_next_petition_is_signed_with_one_press_on_a_phone(offered, lang, scripts):
    mine = offered(lang=lang, width=390, scripts=scripts)
    own_page, before = mine.page.url, mine.find("main [data-next-petition]").count()
    screen = open_first(mine)
    code = screen.page.url.rpartition("/")[2].partition("?")[0]
    expect(screen.signer).to_have_text("Amalia\u00a0R.")
    assert screen.lang == lang
    hatched = screen.press()
    assert hatched.number > 0
    assert code not in hatched.page.url
    assert code not in hatched.page.content()
    hatched.page.goto(own_page)
    mine = MineScreen(mine.visitor)
    expect(mine.find("main [data-next-petition]")).to_have_count(before - 1)
    expect(
        mine.find("main .mine-one dl [data-number], main .mine-one [data-number]")
    ).to_have_count(2)


@pytest.mark.slow
def test_double_press_and_second_tab_get_the_same_number(offered):
    mine = offered(width=390)
    screen = open_first(mine)
    address = screen.page.url
    screen.button.dblclick()
    number = screen.number().number
    tab = mine.visitor.context.new_page()
    tab.goto(address)
    assert OnePressScreen(mine.visitor, tab).press().number == number


@pytest.mark.slow
def test_reload_and_back_after_the_press_change_nothing(offered):
    screen = open_first(offered(width=390))
    number = screen.press().number
    screen.page.reload()
    assert screen.number().number == number
    screen.page.go_back()
    assert OnePressScreen(screen.visitor, screen.page).press().number == number


@pytest.mark.slow
def test_not_you_opens_the_ordinary_form_without_a_name(offered):
    screen = open_first(offered(width=390))
    screen.find("[data-not-you]").click()
    screen.page.wait_for_url("**/petitions/*#sign")
    form = PetitionScreen(screen.visitor, screen.page)
    assert not any(form.words.values())


@pytest.mark.slow
def test_draft_of_the_ordinary_form_does_not_reach_the_press(offered):
    screen = open_first(offered(width=390))
    address = screen.page.url
    screen.find("[data-not-you]").click()
    screen.page.wait_for_url("**/petitions/*#sign")
    form = PetitionScreen(screen.visitor, screen.page)
    form.fill(given_name="Teo", name_display="counted")
    form.field("subscribe").check()
    screen.page.goto(address)
    again = OnePressScreen(screen.visitor, screen.page)
    expect(again.find("[name=subscribe]")).not_to_be_checked()
    expect(again.find("[name=name_display][value=initials]")).to_be_checked()


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no_script"])
def test_changed_petition_is_shown_again(offered, scripts):
    screen = open_first(offered(width=390, scripts=scripts))
    screen.visitor.page_errors.allowed.add(409)
    version = screen.find("[name=version]")
    # As if the page had been opened before the petition changed.
    html = screen.page.content().replace(
        f'name="version" value="{version.input_value()}"', 'name="version" value="0"'
    )
    screen.page.route(
        "**/signatures/next/*",
        lambda route: route.fulfill(body=html, content_type="text/html"),
        times=1,
    )
    screen.page.reload()
    screen.button.click()
    changed = ChangedScreen(screen.visitor, screen.page)
    expect(changed.find("#sign .alert")).to_be_focused()
    changed.press()


@pytest.mark.slow
def test_link_that_was_cut_off_says_what_to_do(offered):
    screen = open_first(offered(width=390))
    screen.visitor.page_errors.allowed.add(404)
    screen.page.goto(screen.page.url.partition("?")[0][:-3])
    UnusableLinkScreen(screen.visitor, screen.page)


def test_scanner_that_opens_the_link_signs_nothing(offered):
    screen = open_first(offered(width=390))
    for _ in range(2):
        assert "data-signer" in ask(screen.page.url, screen.lang)
    assert screen.press().number
