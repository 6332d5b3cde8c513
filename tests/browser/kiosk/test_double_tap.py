"""Tests of double taps: the second tap never acts on the screen that the first one opened."""

from datetime import datetime, timedelta

import pytest

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
        tap_twice(page, page.locator(f"[data-signs] [lang={lang}]"))
        tablet.screen("letters")
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


def test_two_taps_on_sign_are_one_signature_and_leave_the_thanks(tablet):
    page = tablet.page
    for target in ("[data-signs] button", "[data-pick]", "[data-act=onward]"):
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
    call = page.locator("[data-call] [lang=fr]")
    while not call.count():
        page.clock.run_for(5_000)
    call.click()
    tablet.screen("letters")
    assert page.locator("html").get_attribute("lang") == "fr"


def test_tap_anywhere_on_the_first_screen_begins(tablet):
    page = tablet.page
    for part in ("[data-cause]", "[data-count]", "[data-picture]"):
        tap(page, part)
        tablet.screen("letters")
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
