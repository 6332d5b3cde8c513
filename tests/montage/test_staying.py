"""Tests of a montage that stays open for long.

Graphics cards get lost, changes leave the count as it was, and names are withdrawn.
"""

import pytest
from playwright.sync_api import expect

from tests.chromium import find
from tests.montage.stage import BREATHE, place_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(find() is None, reason="NO CHROMIUM: the live montage is untested."),
]
LOSE = """() => document.querySelector(".stage-canvas").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext()"""
# Once `gone_` is set, no canvas can be drawn on.
GONE = """HTMLCanvasElement.prototype.getContext = ((real) => function (...all) {
    return window.gone_ ? null : real.apply(this, all);
})(HTMLCanvasElement.prototype.getContext);"""
# Frames come in real time. `clock_` sets the time that they are told.
CLOCK = """window.clock_ = (now) => now;
requestAnimationFrame = ((real) => (act) => real((now) => act(clock_(now))))(requestAnimationFrame);"""
MODULES = (
    """const base = document.querySelector("script[type=module]").src.replace(/site\\.js$/, "");"""
)
AMALIA = {"n": 1, "name": "Amalia Rosales", "country": "CA", "at": "2026-09-23"}
SOON_MS = 60_000


def lose(visitor):
    visitor.page.evaluate("document.querySelector('.stage-canvas').dataset.old = '1'")
    visitor.page.evaluate(LOSE)
    visitor.page.wait_for_selector(
        ".stage.is-drawn .stage-canvas:not([data-old])", state="attached"
    )


def test_lost_graphics_card_is_requested_again_and_the_picture_is_the_same(visit):
    visitor = visit(43).drawn().settles()
    lose(visitor)
    visitor.matches(2, 16)
    visitor.becomes(45)
    visitor.matches(2, 16)


def test_zooming_still_works_after_a_loss(visit):
    visitor = visit(2).drawn()
    lose(visitor)
    visitor.page.locator(".stage-surface").click(position=visitor.where(place_of(1)))
    visitor.page.locator("[data-butterfly]").get_by_text("Amalia Rosales").wait_for()


def test_card_lost_twice_is_replaced_by_a_plain_canvas(visit):
    visitor = visit(43).drawn()
    lose(visitor)
    lose(visitor)
    assert visitor.page.evaluate(
        "document.querySelector('.stage-canvas').getContext('2d') !== null"
    )
    visitor.matches(6, 45)


def test_when_nothing_can_be_drawn_the_servers_picture_and_the_list_are_there(visit):
    visitor = visit(2, script=[GONE]).drawn()
    visitor.page.evaluate(
        "window.gone_ = true; window.lost_ = document.querySelector('.stage-canvas')"
    )
    visitor.page.evaluate("lost_.dispatchEvent(new Event('webglcontextlost'))")
    visitor.page.locator("#names").get_by_text("Amalia Rosales").wait_for()
    expect(visitor.page.locator("img.montage")).to_be_visible()
    expect(visitor.page.locator(".stage-surface")).to_have_count(0)


def test_equal_arrivals_and_departures_are_noticed_though_the_count_stays(visit):
    visitor = visit(43).drawn().settles()
    # Number 7 withdrew, and another signature hatched before that number was free.
    visitor.last, visitor.free = 44, [7]
    visitor.matches(2, 16)


def test_withdrawn_name_disappears_from_its_open_card(visit):
    visitor = visit(2)
    visitor.named = [AMALIA]
    visitor.drawn().page.locator(".stage-surface").click(position=visitor.where(place_of(1)))
    card = visitor.page.locator("[data-butterfly]")
    expect(card.get_by_text("Amalia Rosales")).to_be_visible()
    # Another signature takes the place at once, so neither count nor picture shows the change.
    visitor.named = []
    expect(card.locator("[data-card=say]")).to_have_text(
        card.get_attribute("data-counted"), timeout=SOON_MS
    )
    assert "Amalia" not in card.inner_text()


def test_slow_machine_animates_fewer_and_draws_coarser_but_never_fewer(visit):
    visitor = visit(2).drawn()
    before, after = visitor.page.evaluate(
        f"""async () => {{
            {MODULES}
            const {{ FrameBudget }} = await import(`${{base}}montage/frame-budget.js`);
            const frameBudget = new FrameBudget(60000);
            frameBudget.ratio = 2;
            const of = ({{ budget, maxFlying, ratio }}) => ({{ budget, maxFlying, ratio }});
            const before = of(frameBudget);
            for (let now = 0; now < 12000; now += 80) frameBudget.measure(now);
            return [before, of(frameBudget)];
        }}"""
    )
    assert all(after[name] < before[name] for name in before)
    assert after["budget"] >= 1500 and after["maxFlying"] >= 40 and after["ratio"] >= 1


@pytest.mark.scale
def test_zooming_out_shows_all_of_a_million_before_they_are_repainted(visit):
    visitor = (
        visit(1_000_000, query="?n=2", script=[CLOCK], reduced_motion="reduce").drawn().settles()
    )
    # The view never comes to rest, so nothing is repainted.
    visitor.page.evaluate("clock_ = ((now) => () => now)(performance.now())")
    visitor.page.locator("[data-card=close]").click()
    visitor.page.keyboard.press("0")
    # The middle holds what was painted at close range.
    mean, _ = visitor.settles().differs()
    assert mean < 4.5


@pytest.mark.slow
def test_a_million_are_painted_in_a_few_dozen_steps_on_any_machine(visit):
    count = "drawArrays = ((real) => function (kind, ...part) { steps_ += kind === this.POINTS; return real.call(this, kind, ...part); })"
    count = f"window.steps_ = 0; WebGL2RenderingContext.prototype.{count}(WebGL2RenderingContext.prototype.drawArrays);"
    visitor = visit(1_000_000, script=[CLOCK, count], reduced_motion="reduce").drawn().settles()
    visitor.page.evaluate("let frames = 0; clock_ = (now) => now + 80 * (frames += 1)")
    visitor.page.locator(".stage-surface").focus()
    for key in ("+", "0", "+", "0"):
        visitor.page.evaluate("steps_ = 0")
        visitor.page.keyboard.press(key)
        visitor.settles()
    assert 0 < visitor.page.evaluate("steps_") <= 35


def test_view_is_announced_at_most_every_ten_seconds(visit):
    visitor = visit(640, reduced_motion="reduce", clock=True).drawn()
    visitor.page.clock.fast_forward(12_000)
    visitor.page.evaluate(
        """() => {
            window.said_ = 0;
            new MutationObserver(() => { said_ += 1; })
                .observe(document.querySelector("[data-said]"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    seen = visitor.page.inner_text("[data-seen]")
    for _ in range(8):
        visitor.page.locator('[data-zoom="in"]').click()
        visitor.page.clock.fast_forward(500)
    assert visitor.page.inner_text("[data-seen]") != seen
    assert visitor.page.evaluate("said_") <= 1
    said, line = visitor.page.locator("[data-said]"), visitor.page.locator("[data-seen]")
    visitor.waits(lambda: said.text_content().strip() == line.text_content().strip())
    assert visitor.page.get_attribute("[data-said]", "aria-live") == "polite"


def test_hidden_tab_computes_no_places(visit):
    spy = "window.woven_ = 0; Worker.prototype.postMessage = ((real) => function (...all) { woven_ += 1; return real.apply(this, all); })(Worker.prototype.postMessage);"
    hide = "Object.defineProperty(document, 'hidden', { get: () => window.away_ === true });"
    visitor = visit(43, script=[spy, hide]).drawn().settles()
    turn = "(away) => { window.away_ = away; woven_ = 0; document.dispatchEvent(new Event('visibilitychange')); }"
    visitor.page.evaluate(turn, True)
    for last in (60, 80, 100):
        visitor.becomes(last)
    visitor.page.evaluate(BREATHE)
    assert visitor.page.evaluate("woven_") == 0
    visitor.page.evaluate(turn, False)
    visitor.matches(256, 16)
    assert visitor.page.evaluate("woven_") >= 1
