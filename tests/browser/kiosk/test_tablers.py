"""Tests of the volunteers' tasks: their language, their shifts, and signatures drawn on glass."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import stored

SPOT = re.compile(r"(\d+) (\d+)")


def query_rows(served, sentence, *values):
    with closing(sqlite3.connect(served.var / "volante.sqlite3", timeout=10)) as database:
        return database.execute(sentence, values).fetchall()


@pytest.mark.slow
def test_tablers_and_signers_each_read_their_own_language(new_tablet):
    tablet = new_tablet(reduced_motion="reduce", locale="fr-CA").open()
    page = tablet.page
    # A tablet in French is set up in French.
    page.locator("h1", has_text=sentence(page, "pair_heading", lang="fr")).wait_for()
    tablet.pair_by(tablet.code())
    assert page.locator("html").get_attribute("lang") == "fr"
    page.locator("[data-act=begin]").click()
    tablet.screen("attract")
    assert page.locator("html").get_attribute("lang") == "en"

    tablet.sign("Amalia", "Enespañol", lang="es")
    page.locator("[data-act=next]").click()
    tablet.screen("attract")
    assert page.locator("html").get_attribute("lang") == "en"
    tablet.panel()
    assert page.locator("html").get_attribute("lang") == "fr"
    # The figures come first, and languages are at the bottom.
    figures, languages = (
        page.locator(name).bounding_box() for name in (".kiosk-figures", "[data-language-switch]")
    )
    assert figures["y"] + figures["height"] < languages["y"]
    # The next volunteer prefers another language, and the choice is remembered.
    page.locator("[data-language-switch] [lang=es]").click()
    page.locator("[data-shift]", has_text=sentence(page, "shift_none", lang="es")).wait_for()
    page.locator("[data-act=code]").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.reload()
    tablet.screen("attract")
    assert page.locator("html").get_attribute("lang") == "en"
    tablet.hold_brand()
    assert page.locator("html").get_attribute("lang") == "es"


@pytest.mark.slow
def test_shift_hands_over_its_tally_online_and_offline(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair()
    page = tablet.page
    page.locator("#k-tabler").fill("M. R.")
    tablet.begin()
    tablet.context.set_offline(True)
    tablet.sign_quickly(["Uno", "Dos"], "Turnada")
    tablet.panel()
    _shift(page, "M. R.", 2).wait_for()
    page.locator("[data-act=shift-end]").click()
    page.locator("[data-shifts]", has_text=sentence(page, "shift_tally", 2)).wait_for()
    page.locator("#k-next-tabler").fill("Zoë")
    page.locator("[data-act=shift-start]").click()
    _shift(page, "Zoë", 0).wait_for()
    page.locator("[data-act=back]").click()
    tablet.screen("attract")
    tablet.context.set_offline(False)
    tablet.sign("Tres", "Turnada")
    tablet.emptied()
    kiosk = tablet.kept("pairings")[0]["kiosk"]
    shifts = query_rows(
        served,
        "select tabler, tally, ended_at is null, (select count(*) from kiosk_record where shift_id = kiosk_shift.id) from kiosk_shift"
        " join kiosk on kiosk.id = kiosk_id where kiosk.uuid = ? order by started_at",
        kiosk,
    )
    assert shifts == [("M. R.", 2, 0, 2), ("Zoë", 1, 1, 1)]


def _shift(page, name, tally):
    """Return the line of the open shift, with its name and count."""
    return page.locator("[data-shift]", has_text=sentence(page, "shift_open", name=name)).filter(
        has_text=sentence(page, "shift_tally", tally)
    )


@pytest.mark.slow
def test_shift_without_a_name_is_refused_at_its_field(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.panel()
    line = page.locator("#k-next-tabler")
    line.fill("  ")
    page.locator("[data-act=shift-start]").click()
    error = page.locator(".kiosk-shift .error")
    assert sentence(page, "shift_nameless").fullmatch(error.inner_text())
    assert line.get_attribute("aria-invalid") == "true"
    assert line.get_attribute("aria-describedby") == error.get_attribute("id")
    assert line.input_value() == "  " and line.evaluate("(line) => line === document.activeElement")
    # The error stays when the panel refreshes, and in the chosen language.
    page.clock.run_for(6_000)
    page.locator("[data-language-switch] [lang=fr]").click()
    assert sentence(page, "shift_nameless", lang="fr").fullmatch(error.inner_text())
    tablet.inspect("panel with a nameless shift")
    line.press_sequentially("Zoë")
    assert error.count() == 0 and line.get_attribute("aria-invalid") is None
    line.press("Enter")
    page.locator("[data-shift]", has_text="Zoë").wait_for()


@pytest.mark.slow
def test_tablers_are_told_of_a_low_battery_and_of_the_end_of_the_tablets_time(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    page.add_init_script("""
      window.power = { level: 0.12, charging: false };
      Navigator.prototype.getBattery = async () => window.power;
    """)
    tablet.pair().begin()
    kiosk = tablet.kept("pairings")[0]["kiosk"]
    tablet.panel()
    is_low, is_over = (
        page.locator("[data-problems]").get_by_text(sentence(page, f"problem_{name}"))
        for name in ("battery", "expired")
    )
    is_low.wait_for()
    page.locator("[data-battery]", has_text="12%").wait_for()
    assert is_over.count() == 0

    # It is charging now. An organizer's list still shows what the tablet reported.
    page.evaluate("() => { window.power.charging = true; }")
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        database.execute(
            "update kiosk set expires_at = '2026-01-02 10:00:00' where uuid = ?", (kiosk,)
        )
    page.locator("[data-act=sync]").click()
    is_over.wait_for()
    is_low.wait_for(state="detached")
    assert query_rows(served, "select battery from kiosk where uuid = ?", kiosk) == [(0.12,)]


@pytest.mark.slow
def test_drawn_signature_keeps_its_shape_when_the_tablet_is_turned(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.choose()
    page.locator("[data-more=drawn] summary").click()
    draw(page)
    page.locator("[data-act=wipe-pad]").click()
    draw(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => document.querySelector('[data-pad]').width < 400")
    tablet.inspect("drawn")
    tablet.fill("Amalia", "Manuscrita")
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    tablet.emptied()
    [(path,)] = query_rows(
        served,
        "select drawing from kiosk_record join signature on signature.id = signature_id where family_name = 'Manuscrita'",
    )
    spots = [(int(x), int(y)) for x, y in SPOT.findall(path)]
    # It is one stroke across the box from 10% to 90%, whatever size the box had.
    assert path.count("M") == 1
    assert abs(spots[0][0] - 60) < 10 and abs(spots[-1][0] - 540) < 10
    assert {abs(y - 100) < 10 for _, y in spots} == {True}
    assert len(stored(served, "Manuscrita")) == 1


def draw(page):
    """Draw a line through the middle of the pad."""
    pad = page.locator("[data-pad]")
    # The pad is ready once its script has sized it to its box.
    page.wait_for_function("() => document.querySelector('[data-pad]').width > 300")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=20)
    page.mouse.up()
