"""Tests of double taps: the second tap never acts on the screen that the first one opened."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import stored

PHONES = [(360, 740), (390, 844), (412, 915), (430, 932)]
TABLETS = [
    (600, 960),
    (834, 1112),
    (1133, 744),
    (1080, 700),
    (960, 600),
    (1280, 720),
    (1366, 1024),
    (1024, 768),
    (768, 1024),
]
SECOND_TAP_MS = 200
# This is longer than a new screen ignores taps.
A_MOMENT_MS = 600
# The first screen changes its language, and looks for news for the tablers, this often.
ROTATE_MS = 5_000
LOW = re.compile("is-low")
BATTERY = """() => {
  window.battery = { level: 0.2, charging: false };
  Navigator.prototype.getBattery = async () => window.battery;
}"""


def tap_twice(page, target):
    """Tap the middle of `target` twice, like a trembling finger or a mouse user."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(*middle)
    page.clock.run_for(SECOND_TAP_MS)
    page.touchscreen.tap(*middle)
    page.clock.run_for(A_MOMENT_MS)


def tap(page, target):
    page.locator(target).first.click()
    page.clock.run_for(A_MOMENT_MS)


@pytest.fixture
def tablet(new_tablet):
    """A tablet whose clock the test controls, so a slow machine cannot separate two taps."""
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    page.locator("main:not([inert])").wait_for()
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(minutes=1))
    return tablet


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_second_tap_chooses_nothing_at_any_size(tablet, lang):
    page = tablet.page
    for width, height in PHONES + TABLETS:
        page.set_viewport_size({"width": width, "height": height})
        tap_twice(page, page.locator(f"[data-sign-buttons] [lang={lang}]"))
        tablet.screen("petitions")
        place = f"{lang} {width}×{height}"
        assert page.locator("[data-pick] input:checked").count() == 0, place
        assert page.locator("[data-reading][open]").count() == 0, place

        tap(page, "[data-pick]")
        tap_twice(page, page.locator("[data-act=onward]"))
        tablet.screen("form")
        assert page.locator("[name=k-shown]:checked").get_attribute("value") == "counted", place
        assert page.locator("main .error").count() == 0, place
        assert page.locator("main input:focus").count() == 0, place
        tap(page, "[data-act=again]")
        tablet.screen("attract")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (1024, 768)])
def test_double_taps_with_three_petitions_act_once(tablet, size):
    page = tablet.page
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    tap_twice(page, page.locator("[data-sign-buttons] [lang=es]"))
    tablet.screen("petitions")
    assert page.locator("[data-pick]").count() == 3
    assert page.locator("[data-pick] input:checked, [data-reading][open]").count() == 0
    # Each pick is tapped once, because a second tap on purpose takes it back.
    for place in range(3):
        page.locator("[data-pick]").nth(place).click()
    tap_twice(page, page.locator("[data-act=all]"))
    assert page.locator("[data-pick] input:checked").count() == 3
    tap_twice(page, page.locator("[data-act=onward]"))
    tablet.screen("form")
    assert page.locator("[name=k-shown]:checked").get_attribute("value") == "counted"
    assert page.locator("main .error, main details[open]").count() == 0
    assert page.locator("main input:focus").count() == 0
    tablet.fill("Amalia", f"Tresveces {size[0]}")
    tap_twice(page, page.locator("[data-act=sign]"))
    tablet.screen("thanks")
    # Storing takes real time, so the screen may have come after the clock had run.
    page.clock.run_for(A_MOMENT_MS)
    tap_twice(page, page.locator("[data-act=next]"))
    tablet.screen("attract")
    assert max(len(tablet.kept("queue")), len(stored(tablet.served, f"Tresveces {size[0]}"))) == 3


def test_two_taps_on_sign_are_one_signature_and_leave_the_thanks(tablet):
    page = tablet.page
    for target in ("[data-sign-buttons] button", "[data-pick]", "[data-act=onward]"):
        tap(page, target)
    tablet.fill("Amalia", "Dostoques")
    tap_twice(page, page.locator("[data-act=sign]"))
    tablet.screen("thanks")
    assert max(len(tablet.kept("queue")), len(stored(tablet.served, "Dostoques"))) == 1


@pytest.mark.slow
def test_greeting_opens_the_form_in_its_language(new_tablet):
    tablet = new_tablet().pair().begin()
    page = tablet.page
    page.clock.install()
    while page.locator("html").get_attribute("lang") != "fr":
        page.clock.run_for(ROTATE_MS)
    page.locator("[data-call] [lang=fr]").click()
    tablet.screen("petitions")
    assert page.locator("html").get_attribute("lang") == "fr"


@pytest.mark.slow
def test_tap_anywhere_on_the_first_screen_begins(tablet):
    page = tablet.page
    for part in ("[data-cause]", "[data-count]", "[data-picture]"):
        tap(page, part)
        tablet.screen("petitions")
        tap(page, "[data-act=again]")
        tablet.screen("attract")


@pytest.mark.slow
def test_first_screen_tells_tablers_what_waits(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.context.set_offline(True)
    tablet.sign("Amalia", "Sinred")
    tablet.next_person()
    page.locator("[data-for-tablers]", has_text="1").wait_for()


@pytest.mark.slow
def test_first_screen_tells_tablers_of_a_low_battery(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    tablet.context.add_init_script(f"({BATTERY})()")
    page = tablet.pair().begin().page
    notice = page.locator("[data-for-tablers]")
    expect(notice).to_have_text(sentence(page, "battery", percent="20%"))
    expect(notice).to_have_class(LOW)
    for battery in ({"level": 0.2, "charging": True}, {"level": 0.21, "charging": False}):
        page.evaluate("(battery) => { window.battery = battery }", battery)
        expect(notice).to_have_text("")
        expect(notice).not_to_have_class(LOW)
        page.evaluate("() => { window.battery = { level: 0.05, charging: false } }")
        expect(notice).to_have_class(LOW)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(768, 1024), (1024, 768)])
def test_first_screen_is_in_one_language_and_its_buttons_stay_in_place(new_tablet, size):
    viewport = dict(zip(("width", "height"), size, strict=True))
    tablet = new_tablet(viewport=viewport).pair().begin()
    page = tablet.page
    buttons = page.locator("[data-sign-buttons] button")
    expect(page.locator("[data-texts] [data-shown]")).to_have_count(3)
    page.clock.install()
    names, places = set(), set()
    for lang in ("en", "es", "fr", "en"):
        expect(page.locator("html")).to_have_attribute("lang", lang)
        shown = page.locator("[data-texts] > :visible")
        assert [each.get_attribute("lang") for each in shown.all()] == [lang] * 3
        assert page.locator("[data-sign-buttons] .sign").get_attribute("lang") == lang
        names.add(page.locator("main [data-organisation]").inner_text())
        places.add(str([button.bounding_box() for button in buttons.all()]))
        page.clock.run_for(ROTATE_MS)
    assert len(names) == 3
    assert len(places) == 1


@pytest.mark.slow
@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (1024, 768)])
def test_first_screen_without_motion_has_every_text_in_every_language(new_tablet, size):
    viewport = dict(zip(("width", "height"), size, strict=True))
    page = new_tablet(viewport=viewport, reduced_motion="reduce").pair().begin().page
    for part in ("call", "cause", "people"):
        texts = page.locator(f"[data-texts][data-{part}] > :visible")
        assert [each.get_attribute("lang") for each in texts.all()] == ["en", "es", "fr"], part
    last = page.locator("[data-sign-buttons] button").last.bounding_box()
    assert last["y"] + last["height"] <= size[1]
