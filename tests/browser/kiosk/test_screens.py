"""Tests of every kiosk screen in three languages, on tablets in both orientations and on a phone.

No screen has a barrier, sideways scrolling or a small target.
"""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import LANDSCAPE
from tests.browser.modules.actions import stop_clock

UPRIGHT = {"width": 768, "height": 1024}
PHONE = {"width": 390, "height": 844}
SMALL = """() => [...document.querySelectorAll("main :is(button, a, select, summary, textarea, .choice, .tick, input:not([type=radio]):not([type=checkbox]))")]
  .filter((each) => each.checkVisibility() && !each.closest("[data-brand]"))
  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.height < 47.5 || box.width < 47.5))
  .map(([html]) => html)"""
BELOW = """() => [...document.querySelectorAll("main :is([data-sign-buttons] button, [data-act=next]), :is([data-screen=table-code], [data-screen=panel]) [data-act=back]")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().bottom > innerHeight)
  .map((each) => each.textContent)"""
INSIDE = """() => {
  const box = (each) => each.getBoundingClientRect();
  const bar = box(document.querySelector(".kiosk-onward")).top;
  return [...document.querySelectorAll(".kiosk-petition")].map((card) => ({
    inside: [card.querySelector("[data-to]"), card.querySelector("summary")].every(
      (part) => box(part).top >= box(card).top && box(part).bottom <= box(card).bottom && box(part).right <= box(card).right,
    ),
    above: box(card).bottom <= bar,
  }));
}"""
MARKS = """(marks) => marks.filter((mark) => mark.checkVisibility()).map((mark) => {
  const [own, label] = [mark, mark.parentElement].map((each) => getComputedStyle(each));
  return { isLight: own.fontWeight <= 400 && label.fontWeight >= 600 && own.color !== label.color, isOwn: Boolean(mark.closest("[data-own]")) };
})"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look(tablet, kind):
    tablet.inspect(kind)
    assert tablet.page.evaluate(WIDE) <= 0, kind
    assert tablet.page.evaluate(SMALL) == [], kind
    # The control to continue is in view on screens that nobody scrolls.
    assert tablet.page.evaluate(BELOW) == [], kind


def test_shortest_way_to_sign_is_six_touches_and_two_fields(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    ways = (
        "[data-sign-buttons] button",
        "[data-pick]",
        "[data-act=onward]",
        "[data-field=given_name]",
        "[data-field=postal_code]",
        "[data-act=sign]",
    )
    lines = {"[data-field=given_name]": "Amalia", "[data-field=postal_code]": "m5v2t6"}
    for way in ways:
        page.locator(way).first.click()
        page.keyboard.type(lines.get(way, ""))
    page.locator("[data-thanks]", has_text=sentence(page, "thanks", name="Amalia")).wait_for()


@pytest.mark.slow
def test_screens_are_read_at_arms_length(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    # A clock that is installed later loses the timers that run already.
    page.clock.install()
    tablet.pair().begin()
    page.locator("[data-picture] .stage-surface").wait_for()
    box = page.locator("[data-picture] .stage-surface").bounding_box()
    assert 0 <= box["x"] and box["x"] + box["width"] <= LANDSCAPE["width"]
    assert 0 <= box["y"] and box["y"] + box["height"] <= LANDSCAPE["height"]

    page.locator("[data-sign-buttons] [lang=en]").click()
    picks = page.locator("[data-pick] input")
    page.locator("[data-act=all]").click()
    assert picks.count() > 1 and all(box.is_checked() for box in picks.all())
    page.locator("[data-act=onward]").click()
    tablet.screen("form")
    for what in ("[data-consent]", ".choice:has([name=k-shown])"):
        sizes = page.locator(what).evaluate_all(
            "(found) => found.map((each) => parseFloat(getComputedStyle(each).fontSize))"
        )
        assert sizes and min(sizes) >= 18, what
    [facts] = [
        entry["facts"]
        for entry in tablet.kept("settings")
        if isinstance(entry, dict) and "facts" in entry
    ]
    countries = page.locator("[data-field=country] option").evaluate_all(
        "(found) => found.map((each) => each.value)"
    )
    assert countries[:2] == ["", facts["event"]["country"]]

    tablet.fill("Amalia", "Brazo")
    stop_clock(page)
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    code = page.locator("[data-carry] svg").bounding_box()
    assert min(code["width"], code["height"]) >= 200
    page.clock.run_for(15_000)
    tablet.screen("thanks")
    page.clock.run_for(6_000)
    tablet.screen("attract")


@pytest.mark.slow
@pytest.mark.parametrize("size", [LANDSCAPE, UPRIGHT])
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_three_petitions_are_whole_cards_above_the_bar(new_tablet, lang, size):
    page = new_tablet(viewport=size, reduced_motion="reduce").pair().begin().page
    page.locator(f"[data-sign-buttons] [lang={lang}]").click()
    page.locator("[data-pick]").first.wait_for()
    assert page.evaluate(INSIDE) == [{"inside": True, "above": True}] * 3
    # The target stays where it is while the text is open.
    left = page.locator("[data-to]").first.bounding_box()["x"]
    page.locator("[data-reading] summary").first.click()
    assert page.locator("[data-to]").first.bounding_box()["x"] == left
    assert all(card["inside"] for card in page.evaluate(INSIDE))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_optional_is_lighter_than_every_label(new_tablet, scheme):
    tablet = new_tablet(color_scheme=scheme, reduced_motion="reduce").pair().begin()
    tablet.choose(0, 1, 2)
    tablet.screen("form")
    marks = tablet.page.locator("main .optional").evaluate_all(MARKS)
    # The questions of an organizer have the same mark as our fields.
    assert {mark["isOwn"] for mark in marks} == {True, False}
    assert all(mark["isLight"] for mark in marks)


@pytest.fixture
def confirm_by_mail(witnessing):
    """Require confirmation by email for one petition of the table."""
    with closing(
        sqlite3.connect(witnessing.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        change = "update petition set confirmation = ? where slug = 'victims-law'"
        database.execute(change, ("email",))
        yield
        database.execute(change, ("email_or_witness",))


@pytest.mark.slow
@pytest.mark.usefixtures("confirm_by_mail")
def test_one_of_several_petitions_may_need_an_email_and_the_thanks_say_so(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.sign("أمل", "Dos Cartas", 0, 2, email="amal@correo.example")
    page = tablet.page
    page.locator("[data-thanks]", has_text=sentence(page, "thanks", name="أمل")).wait_for()
    assert page.locator("[data-thanks] bdi").inner_text() == "أمل"
    text = page.locator("[data-what]").inner_text()
    assert sentence(page, "thanks_joined").search(text)
    assert sentence(page, "thanks_also", email="a•••@correo.example").search(text)
    look(tablet, "thanks for two petitions")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "size", "scheme"),
    [
        ("en", LANDSCAPE, "light"),
        ("es", UPRIGHT, "dark"),
        ("fr", PHONE, "light"),
    ],
)
def test_every_screen_is_free_of_barriers(new_tablet, lang, size, scheme):
    tablet = new_tablet(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = tablet.open().page
    tablet.screen("pairing")
    look(tablet, "pairing")
    tablet.pair()
    look(tablet, "ready")
    tablet.begin()
    look(tablet, "attract")

    page.locator(f"[data-sign-buttons] [lang={lang}]").click()
    assert page.locator("html").get_attribute("lang") == lang
    page.locator("[data-pick]").first.click()
    page.locator("[data-reading] summary").first.click()
    look(tablet, "petitions")
    assert page.locator("main .petition-body a").count() == 0
    page.locator("[data-act=onward]").click()
    look(tablet, "form")
    [campaign] = [
        entry["facts"]
        for entry in tablet.kept("settings")
        if isinstance(entry, dict) and "facts" in entry
    ]
    assert (
        campaign["petitions"][0]["delivered"][lang] in page.locator("[data-delivery]").inner_text()
    )
    page.locator("[data-act=sign]").click()
    # The errors take the focus, and change with the language.
    assert page.evaluate("() => document.activeElement.matches('[data-summary]')")
    look(tablet, "faults")
    before = page.locator("[data-summary-title]").inner_text()
    page.locator("[data-language-switch] button:not([aria-pressed=true])").first.click()
    assert page.locator("[data-summary-title]").inner_text() != before
    page.locator(f"[data-language-switch] [lang={lang}]").click()

    tablet.fill("Amalia", f"Pantalla {lang}", email="amalia@gmial.com")
    page.locator(".email-suggestion").click()
    assert page.locator("[data-field=email]").input_value() == "amalia@gmail.com"
    page.locator("[data-field=email]").fill("")
    tablet.linger()
    page.locator("[data-act=sign]").click()
    page.locator(
        "[data-thanks]", has_text=sentence(page, "thanks", lang=lang, name="Amalia")
    ).wait_for()
    look(tablet, "thanks")
    page.locator("[data-act=next]").click()
    tablet.screen("attract")
    assert page.locator("html").get_attribute("lang") == "en"

    tablet.panel()
    page.locator(f"[data-language-switch] [lang={lang}]").click()
    look(tablet, "panel")
    page.locator("[data-act=paper]").click()
    page.locator(f"[data-language-switch] [lang={lang}]").click()
    tablet.screen("paper")
    # The demonstration asks for both consents.
    for column in ("paper_news", "paper_answers"):
        expect(page.locator(f"th[data-column={column}]")).to_be_visible()
    tablet.inspect("paper")
    page.locator("[data-act=back]").click()
    tablet.panel()
    page.locator("[data-act=code]").click()
    look(tablet, "table code")
