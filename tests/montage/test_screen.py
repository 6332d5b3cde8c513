"""Tests of the montage on a big screen, for hours, in front of a hall."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from campaign.causes.operations import create_cause
from campaign.causes.queries import cause_by_slug
from campaign.extensions import db, write
from tests.browser.modules.actions import until
from tests.chromium import find
from tests.factories.petitions import make_petition

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find() is None, reason="NO CHROMIUM: the wall is untested."),
]
# Half the size of a projector's picture: drawing takes a quarter of the time.
WALL = {"width": 960, "height": 540}
AWAKE = """window.awake_ = 0;
Object.defineProperty(navigator, "wakeLock", { value: { request: async (kind) => { awake_ += kind === "screen"; } } });"""
STARTED = """document.addEventListener("volante:montage-started", ({ detail }) => { window.stage_ = detail.stage; }, true);"""
NO_CANVAS = "HTMLCanvasElement.prototype.getContext = () => null;"
WREN = {"n": 2, "name": "Wren Ashdown", "country": "GB", "at": "2026-09-14"}
AMALIA = {"n": 1, "name": "A. R.", "country": "MX", "at": "2026-09-14"}
# Finds counts that reach past their column.
TOO_WIDE = """(counts) => {
    const [place, column] = [document.querySelector(".screen-count"), document.querySelector(".screen-text")];
    const wide = [];
    for (const text of counts.map((count) => count.toLocaleString("en"))) {
        place.dataset.digits = text.length;
        place.firstElementChild.textContent = text;
        for (const change of place.getAnimations({ subtree: true })) change.finish();
        const { right } = place.firstElementChild.getBoundingClientRect();
        if (right > column.getBoundingClientRect().right + 1) wide.push([text, right]);
    }
    return wide;
}"""
FAILED = "ERR_FAILED"


@pytest.fixture
def wall(visit):
    def open_wall(last, screen="1", viewport=WALL, **options):
        return visit(last, query=f"?screen={screen}", viewport=viewport, **options)

    return open_wall


def test_big_screen_shows_picture_count_and_where_to_sign_and_nothing_else(wall):
    visitor = wall(43).drawn()
    page = visitor.page
    expect(page.locator(".screen-count")).to_have_text("43")
    expect(page.locator(".screen-say")).to_have_text(page.get_attribute(".screen-say", "data-many"))
    expect(page.locator(".screen-address")).to_contain_text("/s/home")
    expect(page.locator(".screen-code[role=img]")).to_be_visible()
    for chrome in ("header.header", "footer", ".skip", ".screen-bar"):
        expect(page.locator(f"{chrome}:visible")).to_have_count(0)
    visitor.matches(2, 16, night=True)


@pytest.mark.one_case
@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768), (3840, 2160), (1080, 1920)])
@pytest.mark.parametrize("last", [0, 5_000_000])
def test_everything_is_visible_and_large_enough_on_every_screen(wall, size, last):
    # Neither drawing so many nor their names matter here.
    viewport = dict(zip(("width", "height"), size, strict=True))
    page = wall(
        last, viewport=viewport, reduced_motion="reduce", script=[NO_CANVAS], allowed=["404"]
    ).page
    expect(page.locator(".screen-count")).to_have_text(f"{last:,}")
    page.evaluate("document.fonts.ready")
    unit = min(viewport["width"] / 1920, viewport["height"] / 1080)
    if viewport["height"] > viewport["width"]:
        unit = min(viewport["width"] / 1080, viewport["height"] / 1990)
    for words in page.locator(".screen-text p:visible, .screen-text h1").all():
        box = words.bounding_box()
        size = words.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
        assert size >= 28.9 * unit
        assert (
            box["x"] + box["width"] <= viewport["width"]
            and box["y"] + box["height"] <= viewport["height"]
        )
    assert (
        page.evaluate(TOO_WIDE, [last, 10_000, 28_000, 100_000, 400_000, 1_000_000, 10_000_000])
        == []
    )
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.slow
@pytest.mark.one_case
@pytest.mark.parametrize("length", [60, 112, 200])
def test_long_title_leaves_room_for_everything_else(wall, length):
    title = ("Una mariposa por cada familia que recorre los cerros del norte con una pala " * 3)[
        : length - 1
    ] + "."
    words = {"title": title, "summary": "", "story": ""}
    write(create_cause, slug=f"long-{length}", texts={"en": words})
    make_petition(f"long-home-{length}", cause_id=cause_by_slug(f"long-{length}").id)
    db.session.remove()
    page = wall(1000, slug=f"long-{length}", script=[NO_CANVAS], allowed=["404", FAILED]).page
    page.wait_for_selector(".screen-sign")
    page.evaluate("""() => {
        const status = document.querySelector("[data-pulse-status]");
        status.classList.add("is-offline");
        status.textContent = status.dataset.offline.replace("{time}", "4:51 PM");
    }""")
    page.evaluate("document.fonts.ready")
    inside = page.locator(".screen-text").bounding_box()
    for part in page.locator(".screen-text > :visible").all():
        box = part.bounding_box()
        assert box["y"] + box["height"] <= min(WALL["height"], inside["y"] + inside["height"] + 1)


@pytest.mark.slow
def test_count_grows_with_the_butterflies_that_fly_in(wall):
    visitor = wall(2).drawn()
    visitor.becomes(1000)
    expect(visitor.page.locator(".screen-count")).to_have_text("1,000")
    assert visitor.page.get_attribute(".screen-count", "data-digits") == "5"
    expect(visitor.page.locator(".screen-say")).to_have_text(
        visitor.page.get_attribute(".screen-say", "data-many")
    )


@pytest.mark.slow
def test_day_theme_ignores_the_preference_of_the_system(wall):
    visitor = wall(43, screen="day", color_scheme="dark").drawn()
    visitor.matches(2, 16)
    visitor.page.keyboard.press("n")
    assert visitor.page.url.endswith("?screen=night")
    visitor.matches(2, 16, night=True)


@pytest.mark.slow
def test_wake_lock_is_held_and_renewed_when_the_page_returns(wall):
    visitor = wall(2, script=[AWAKE]).drawn()
    assert visitor.page.evaluate("awake_") == 1
    visitor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert visitor.page.evaluate("awake_") == 2


def test_only_public_names_are_shown_and_withdrawn_ones_go(wall):
    visitor = wall(2, clock=True)
    visitor.named = [AMALIA, WREN]
    name = visitor.drawn().page.locator(".screen-name")
    visitor.waits(lambda: "Wren Ashdown" in name.inner_text())
    expect(name).to_contain_text("United Kingdom")
    visitor.named = [AMALIA]
    visitor.waits(lambda: "A. R." in name.inner_text())
    visitor.named = []
    visitor.waits(lambda: not _is_shown(name))


@pytest.fixture
def hall(wall):
    """A big screen at 1,000 butterflies whose clock is stopped, showing one of their names."""

    def open_hall(**options):
        visitor = wall(1000, clock=True, script=[STARTED], **options)
        visitor.named = [_named(1000)]
        visitor.drawn()
        visitor.waits(lambda: "Person 1000" in visitor.page.locator(".screen-name").inner_text())
        visitor.page.clock.pause_at(visitor.page.evaluate("Date.now() + 60000"))
        return visitor

    return open_hall


def test_new_name_is_shown_and_its_butterfly_ringed_at_once(hall):
    visitor = hall()
    name, tags = visitor.page.locator(".screen-name b"), visitor.page.locator(".screen-tag")
    _arrive(visitor, 1001)
    visitor.page.clock.run_for(1000)
    expect(name).to_have_text("Person 1001")
    expect(tags).to_have_text("Person 1001")
    until(lambda: _lit(visitor) == [1001])
    visitor.page.clock.run_for(2900)
    expect(tags).to_have_count(1)
    visitor.page.clock.run_for(1200)
    expect(tags).to_have_count(0)
    assert _lit(visitor) == []


@pytest.mark.slow
def test_new_name_joins_the_most_recent_ones(hall):
    visitor = hall()
    names = visitor.page.locator(".screen-name b")
    _arrive(visitor, 1001)
    visitor.page.clock.run_for(1000)
    expect(names).to_have_text(["Person 1001"])
    _arrive(visitor, 1003)
    visitor.page.clock.run_for(1000)
    expect(names).to_have_text(["Person 1001", "Person 1002", "Person 1003"])


@pytest.mark.slow
def test_full_hall_sees_six_at_once_and_the_others_soon(hall):
    visitor = hall()
    names = visitor.page.locator(".screen-name b")
    _arrive(visitor, 1010)
    visitor.page.clock.run_for(1000)
    expect(names).to_have_text([f"Person {number}" for number in range(1001, 1007)])
    visitor.page.clock.run_for(2000)
    expect(names).to_have_text([f"Person {number}" for number in range(1007, 1011)])


@pytest.mark.slow
def test_name_in_a_reused_place_is_shown_at_once(hall):
    visitor = hall()
    visitor.becomes(1000, free=[7])
    visitor.page.clock.run_for(1000)
    visitor.named = [_named(1000), _named(7)]
    visitor.becomes(1000)
    visitor.page.clock.run_for(1000)
    expect(visitor.page.locator(".screen-name b")).to_have_text("Person 7")


@pytest.mark.slow
def test_new_names_are_requested_past_every_cache(hall):
    visitor = hall()
    with visitor.page.expect_request("**/butterflies/1.json?*"):
        _arrive(visitor, 1001)
        visitor.page.clock.run_for(1000)


@pytest.mark.slow
def test_name_missing_from_an_old_response_is_requested_again(hall):
    visitor = hall()
    visitor.known = 1000
    _arrive(visitor, 1001)
    visitor.page.clock.run_for(1000)
    expect(visitor.page.locator(".screen-name b")).to_have_text("Person 1000")
    visitor.known = None
    visitor.page.clock.run_for(1500)
    expect(visitor.page.locator(".screen-name b")).to_have_text("Person 1001")


@pytest.mark.slow
def test_withdrawn_name_leaves_the_picture_too(hall):
    visitor = hall()
    _arrive(visitor, 1002)
    visitor.page.clock.run_for(1000)
    tags = visitor.page.locator(".screen-tag")
    expect(tags).to_have_count(2)
    visitor.named = [entry for entry in visitor.named if entry["n"] != 1001]
    _arrive(visitor, 1003)
    visitor.page.clock.run_for(1000)
    expect(tags).to_have_text(["Person 1002", "Person 1003"])
    expect(visitor.page.locator(".screen-name b")).to_have_text(["Person 1002", "Person 1003"])


@pytest.mark.slow
def test_reduced_motion_shows_the_same_without_fading(hall):
    visitor = hall(reduced_motion="reduce")
    _arrive(visitor, 1001)
    visitor.page.clock.run_for(1000)
    expect(visitor.page.locator(".screen-name b")).to_have_text("Person 1001")
    expect(visitor.page.locator(".screen-tag")).to_have_text("Person 1001")
    fade = "each => parseFloat(getComputedStyle(each).transitionDuration)"
    assert visitor.page.locator(".screen-name").evaluate(fade) < 0.01


@pytest.mark.slow
def test_name_without_a_font_is_shown_as_its_number(hall):
    visitor = hall()
    # A character that no font has.
    visitor.named = [{**_named(1001), "name": "\U0010fffd. \U0010fffd."}]
    visitor.becomes(1001)
    visitor.page.clock.run_for(1000)
    expect(visitor.page.locator(".screen-name [data-number]")).to_have_text("1,001")
    expect(visitor.page.locator(".screen-name b")).to_have_text("")
    expect(visitor.page.locator(".screen-tag")).to_have_text("1,001")


def _named(number):
    return {"n": number, "name": f"Person {number}", "country": "CA", "at": "2026-09-14"}


def _arrive(visitor, last):
    """Add butterflies up to `last`, all of them named."""
    visitor.named += [_named(number) for number in range(visitor.last + 1, last + 1)]
    visitor.becomes(last)


def _lit(visitor):
    """Return the numbers of the ringed butterflies."""
    return visitor.page.evaluate("window.stage_.scene.highlighted.map(({ number }) => number)")


@pytest.mark.slow
def test_offline_screen_freezes_says_since_when_and_names_no_one(wall):
    visitor = wall(43, allowed=[FAILED], clock=True)
    visitor.named = [WREN]
    page = visitor.drawn().settles().page
    name, offline = page.locator(".screen-name"), page.locator(".pulse-status.is-offline")
    visitor.waits(lambda: "Wren Ashdown" in name.inner_text())
    visitor.away = True
    visitor.waits(offline.count)
    words = re.escape(offline.get_attribute("data-offline")).replace(re.escape("{time}"), r".*\d.*")
    expect(offline).to_have_text(re.compile(words))
    expect(page.locator(".screen-count")).to_have_text("43")
    # Offline, the page cannot know whether she still wants to be named.
    visitor.waits(lambda: not _is_shown(name))
    visitor.matches(256, 16, night=True)
    assert not [word for word in ("error", "failed") if word in page.inner_text("body")]
    visitor.away, visitor.last = False, 45
    visitor.waits(lambda: page.locator(".screen-count").inner_text() == "45")
    expect(offline).to_have_count(0)


def _is_shown(name):
    return "is-shown" in name.get_attribute("class")


def test_without_a_canvas_the_servers_picture_follows_the_count(wall):
    visitor = wall(2, script=[NO_CANVAS])
    expect(visitor.page.locator(".screen-count")).to_have_text("2")
    # The page listens as soon as its script has started.
    until(lambda: visitor.becomes(5) or visitor.page.locator("img.montage[src*='count=5']").count())


@pytest.mark.slow
def test_toolbar_appears_with_the_mouse_and_by_keyboard(wall):
    page = wall(2).drawn().page
    bar = page.locator(".screen-bar")
    page.mouse.move(200, 200)
    page.mouse.move(220, 240)
    expect(bar).to_be_visible()
    expect(bar).to_be_hidden(timeout=8000)
    page.keyboard.press("Tab")
    expect(bar.locator("[data-act=full]")).to_be_focused()
    expect(bar).to_be_visible()


@pytest.mark.parametrize("screen", ["night", "day"])
def test_axe_finds_no_violation_on_the_big_screen(wall, screen):
    visitor = wall(2, screen=screen, reduced_motion="reduce").drawn()
    found = Axe().run(visitor.page).response["violations"]
    assert [(row["id"], row["nodes"][0]["html"]) for row in found] == []
