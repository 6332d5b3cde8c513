"""Tests of the live montage in a real browser: pixels, counts, text and errors.

They never measure frame rates.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.modules.actions import until
from tests.chromium import find
from tests.montage.stage import BREATHE, place_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find() is None, reason="NO CHROMIUM: the live montage is untested."),
]
NO_WEBGL = """HTMLCanvasElement.prototype.getContext = ((real) => function (kind, ...rest) {
    return kind === "webgl2" ? null : real.call(this, kind, ...rest);
})(HTMLCanvasElement.prototype.getContext);"""
NO_ROOM = """document.addEventListener("DOMContentLoaded", () => {
    Object.assign(document.querySelector(".stage").style, { width: 0, height: 0, minHeight: 0, margin: 0 });
});"""
LENS_RADIUS = 62
NO_CANVAS = "HTMLCanvasElement.prototype.getContext = () => null;"


@pytest.mark.parametrize("last", [0, 1, 43, 640])
def test_browser_draws_what_the_server_draws(visit, last):
    visit(last).drawn().matches(2, 16)


@pytest.mark.slow
def test_night_is_drawn_as_the_server_draws_it(visit):
    visit(640, color_scheme="dark").drawn().matches(2, 16, night=True)


@pytest.mark.slow
@pytest.mark.parametrize("last", [28_000, 1_000_000])
def test_very_many_are_drawn_as_the_server_draws_them(visit, last):
    visit(last).drawn().matches(4.5, 22)


@pytest.mark.slow
def test_without_webgl_a_plain_canvas_shows_the_same(visit):
    visit(640, script=[NO_WEBGL]).drawn().matches(6, 45)


@pytest.mark.slow
@pytest.mark.parametrize("missing", [[], [NO_WEBGL]])
def test_canvas_without_a_size_yet_waits_for_one(visit, missing):
    visitor = visit(43, script=[NO_ROOM, *missing])
    visitor.page.locator(".stage canvas").first.wait_for(state="attached")
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.evaluate("document.querySelector('.stage').style.cssText = ''")
    visitor.drawn().matches(6, 256)


def test_newcomers_fly_in_and_settle_where_the_server_has_them(visit):
    visitor = visit(43).drawn().settles()
    before = visitor.seen()
    visitor.becomes(45)
    until(lambda: bool((visitor.seen() != before).any()))
    visitor.matches(2, 16)


@pytest.mark.slow
def test_swarm_of_hundreds_ends_as_the_server_has_it(visit):
    visitor = visit(43).drawn()
    visitor.becomes(440)
    visitor.matches(2, 16)


@pytest.mark.slow
def test_freed_number_leaves_its_place_and_the_next_takes_it(visit):
    visitor = visit(43).drawn()
    visitor.becomes(43, free=[7, 21])
    visitor.matches(256, 16)
    visitor.becomes(43, free=[21])
    visitor.matches(256, 16)


@pytest.mark.slow
def test_with_reduced_motion_newcomers_fade_in(visit):
    visitor = visit(43, reduced_motion="reduce").drawn().settles()
    visitor.becomes(45)
    visitor.matches(2, 16)


@pytest.mark.slow
def test_hidden_tab_draws_nothing_and_catches_up_at_once(visit):
    frames = "window.frames_ = 0; requestAnimationFrame = ((real) => (act) => { frames_ += 1; return real(act); })(requestAnimationFrame);"
    hide = "Object.defineProperty(document, 'hidden', { get: () => window.away_ === true });"
    visitor = visit(43, script=[frames, hide]).drawn().settles()
    turn = "(away) => { window.away_ = away; frames_ = 0; document.dispatchEvent(new Event('visibilitychange')); }"
    visitor.page.evaluate(turn, True)
    visitor.becomes(60)
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.page.evaluate("frames_") == 0
    visitor.page.evaluate(turn, False)
    visitor.matches(2, 16)


def test_tap_opens_the_card_of_that_butterfly(visit):
    visitor = visit(2).drawn()
    visitor.page.locator(".stage-surface").click(position=visitor.where(place_of(1)))
    card = visitor.page.locator("[data-butterfly]")
    card.get_by_text("Amalia Rosales").wait_for()
    assert "Canada" in card.inner_text()
    assert visitor.page.url.endswith("?n=1")
    card.locator("[data-card=after]").click()
    expect(card.locator("[data-card=say]")).to_have_text(card.get_attribute("data-counted"))


@pytest.mark.slow
def test_hovered_butterfly_is_named_while_large_and_not_twice(visit):
    page = visit(28_000, query="?n=2", reduced_motion="reduce").drawn().settles().page
    tip, stage = page.locator("[data-tip]"), page.locator(".stage-surface").bounding_box()
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    page.mouse.move(x, y)
    page.evaluate(BREATHE)
    expect(tip).to_be_hidden()
    page.locator("[data-card=close]").click()
    page.mouse.move(x, y)
    expect(tip).to_have_text(f"2 · {page.get_attribute('.montage-page', 'data-counted-only')}")
    page.mouse.wheel(0, 4000)
    expect(tip).to_be_hidden()


def view_text(page, name):
    """Return a pattern of the line below the picture that describes the view, with any number."""
    words = page.get_attribute("[data-seen]", f"data-{name}")
    return re.compile(re.escape(words).replace(re.escape("{n}"), r"[\d,]+"))


def test_url_with_a_number_flies_there_and_highlights_it(visit):
    visitor = visit(640, query="?n=1", reduced_motion="reduce").drawn().settles()
    side = len(visitor.seen())
    # The lens is white, and far larger than the wings in it.
    assert (visitor.seen()[side // 2 - 75, side // 2] == (0xFF, 0xFD, 0xF7)).all()
    expect(visitor.page.locator("[data-seen]")).to_have_text(view_text(visitor.page, "view"))
    assert "Amalia Rosales" in visitor.page.inner_text("[data-butterfly]")


@pytest.mark.slow
def test_very_long_name_leaves_the_lens_visible_on_a_phone(visit):
    visitor = visit(1000, viewport={"width": 390, "height": 844}, reduced_motion="reduce").drawn()
    visitor.named = [
        {"n": 7, "name": "Wilhelmina Maximiliana " * 20, "country": "GB", "at": "2026-09-14"}
    ]
    page = visitor.page
    page.fill("#find", "7")
    page.keyboard.press("Enter")
    expect(page.locator("[data-card=name]")).to_contain_text("Wilhelmina")
    stage, card = (page.locator(name).bounding_box() for name in (".stage", "[data-butterfly]"))
    assert stage["y"] + stage["height"] / 2 + LENS_RADIUS < card["y"]


# A slow machine: each frame comes 80 ms after the last. Counts what each frame paints, and the
# programs of each task.
UNITS = """window.frames_ = [0]; window.programs_ = []; window.task_ = 0;
requestAnimationFrame = ((real) => (act) => real(() => { frames_.push(0); act(80 * frames_.length); }))(requestAnimationFrame);
const counted = (name, units) => {
    const real = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...all) { units(all); return real.apply(this, all); };
};
counted("drawArrays", ([kind, , count]) => { frames_[frames_.length - 1] += kind === WebGL2RenderingContext.POINTS ? count : 0; });
counted("linkProgram", () => { programs_.push(task_); setTimeout(() => { task_ += 1; }); });"""


@pytest.mark.slow
def test_no_frame_paints_too_much_and_no_task_compiles_two_programs(visit):
    page = visit(200_000, script=[UNITS], reduced_motion="reduce").drawn().page
    painted = [units for units in page.evaluate("frames_") if units]
    assert sum(painted) >= 200_000 and max(painted) <= 200_000 / 30 + 1
    programs = page.evaluate("programs_")
    assert len(set(programs)) == len(programs) > 1


def test_everything_works_by_keyboard(visit):
    visitor = visit(2, reduced_motion="reduce").drawn()
    page = visitor.page
    page.locator(".stage-surface").focus()
    whole = visitor.seen()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    visitor.settles()
    assert (visitor.seen() != whole).any()
    page.keyboard.press("Enter")
    expect(page.locator("[data-butterfly]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".stage-surface")).to_be_focused()
    page.keyboard.press("0")
    visitor.settles()
    expect(page.locator("[data-seen]")).to_have_text(view_text(page, "all"))


def test_buttons_zoom_and_are_large_enough_for_a_finger(visit):
    visitor = visit(43, viewport={"width": 390, "height": 844}, reduced_motion="reduce").drawn()
    for name in ("in", "out", "all"):
        button = visitor.page.locator(f'[data-zoom="{name}"]')
        box = button.bounding_box()
        assert box["width"] >= 44 and box["height"] >= 44
        button.click()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("last", [0, 1, 43, 1_000_000])
def test_sign_link_is_visible_and_uncovered_on_a_phone(visit, last):
    page = visit(last, viewport={"width": 390, "height": 844}).drawn().page
    expect(page.locator("[data-count=cause]")).to_have_text(f"{last:,}")
    sign, read, zooms = (
        page.locator(name).bounding_box()
        for name in (".montage-options a >> nth=0", "[data-list]", "[data-zooms]")
    )
    assert sign["y"] + sign["height"] <= 844
    assert zooms["y"] + zooms["height"] <= min(sign["y"], read["y"])


def test_view_description_repeats_the_count_for_screen_readers_only(visit):
    page = visit(43).drawn().page
    line = page.locator("[data-seen]")
    count = line.get_attribute("data-many").replace("{n}", "43")
    expect(line).to_have_text(f"{count} {line.get_attribute('data-all')}")
    assert line.locator(".visually-hidden").text_content() == count


def test_without_any_canvas_the_list_of_names_opens(visit):
    visitor = visit(2, script=[NO_CANVAS])
    visitor.page.locator("#names").get_by_text("Amalia Rosales").wait_for()
    assert visitor.page.locator("img.montage").is_visible()


def test_without_script_picture_search_and_list_are_there(browser, site):
    page = browser.new_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{site.url}/en/causes/valley/montage")
    assert page.locator("img.montage").is_visible()
    page.fill("#find", "1")
    page.keyboard.press("Enter")
    page.wait_for_url("**?n=1")
    assert "Amalia Rosales" in page.inner_text("[data-butterfly]")
    card, count = (
        page.locator(name).bounding_box() for name in ("[data-butterfly]", ".montage-count")
    )
    assert card["y"] + card["height"] + 12 <= count["y"]
    page.click("[data-list]")
    page.wait_for_url("**?list=1")
    assert "Amalia Rosales" in page.inner_text("#names")
    page.close()


def test_axe_finds_no_violation_on_the_page(visit):
    visitor = visit(2, query="?n=1").drawn()
    found = Axe().run(visitor.page).response["violations"]
    assert [(row["id"], row["nodes"][0]["html"]) for row in found] == []


@pytest.mark.slow
def test_a_million_butterflies_take_eight_bytes_each(visit):
    woven = (
        visit(2)
        .drawn()
        .page.evaluate(
            """async () => {
            const base = document.querySelector("script[type=module]").src.replace(/site\\.js$/, "");
            const { fetchShape } = await import(`${base}montage/shape-loader.js`);
            const { LayoutBuilder } = await import(`${base}montage/layout-builder.js`);
            const shape = await fetchShape(document.querySelector("[data-shape]").dataset.shape);
            const { butterflies } = new LayoutBuilder(shape).build({ last: 1000000, without: [5, 17], width: 800, night: false });
            const numbers = new Set();
            for (let at = 1; at < butterflies.length; at += 2) numbers.add(butterflies[at]);
            return { bytes: butterflies.byteLength, numbers: numbers.size, missing: !numbers.has(5) && !numbers.has(17) };
        }"""
        )
    )
    assert woven["numbers"] == 999_998 and woven["missing"]
    assert woven["bytes"] == 8 * 999_998


@pytest.mark.slow
def test_few_fly_singly_and_many_as_a_swarm(visit):
    aloft = (
        visit(2)
        .drawn()
        .page.evaluate(
            """async () => {
            const base = document.querySelector("script[type=module]").src.replace(/site\\.js$/, "");
            const { fetchShape } = await import(`${base}montage/shape-loader.js`);
            const { Arrivals } = await import(`${base}montage/arrivals.js`);
            const { Places } = await import(`${base}lib/montage-layout.js`);
            const shape = await fetchShape(document.querySelector("[data-shape]").dataset.shape);
            const fly = (count, maxFlights) => {
                const arrivals = new Arrivals(new Places(shape.mask), shape.centre, 3);
                arrivals.add(Array.from({ length: count }, (_, at) => at + 1), 0, { still: false, maxFlights });
                let inAir = 0;
                for (let now = 0; now < 20000; now += 16) {
                    arrivals.step(now);
                    inAir = Math.max(inAir, arrivals.flying.length);
                }
                return [inAir, arrivals.landed.length];
            };
            return [fly(9, 400), fly(300, 400), fly(300, 40)];
        }"""
        )
    )
    assert aloft == [[3, 9], [300, 300], [300, 300]]
