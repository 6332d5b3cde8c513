"""Tests of an event's week.

The event is written in three languages, published, registered for, checked in by two people, and
its list is exported.
"""

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.camera import install_camera
from tests.browser.modules.actions import keeps_draft
from tests.browser.organize.steps import go, look, press
from tests.browser.screens.events import EventScreen, TicketScreen
from tests.factories.pictures import heart

WORDS = {
    "es": ("Lectura en la plaza", "Leemos **cuarenta y tres** nombres."),
    "en": ("A reading in the square", "We read **forty-three** names."),
    "fr": ("Une lecture sur la place", "Nous lisons **quarante-trois** noms."),
}
SCREENS = (
    "",
    "/words",
    "/place",
    "/coming",
    "/programme",
    "/people",
    "/picture",
    "/cancel",
    "/registrations",
    "/door",
)
# This fakes a browser with a decoder. It reads the code in `code` whatever the camera sees.
DECODER = """(code) => {
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return [{ rawValue: code }]; }
  };
}"""


def save(visitor, kind):
    """Press the save button, and inspect the event's page that follows."""
    visitor.page.locator("main form .actions button[type=submit]").first.click()
    look(visitor, kind)
    expect(visitor.page.locator(".alert--success")).to_be_visible()


@pytest.mark.slow
def test_every_event_screen_on_a_desktop_by_night(owner):
    odile = owner(lang="fr", width=1440, scheme="dark")
    for path in ("", "new", *(f"talk{part}" for part in SCREENS)):
        go(odile, f"events/{path}", f"event at a desk: {path}")


@pytest.mark.slow
def test_event_goes_from_its_first_title_to_the_list_of_attendees(owner, arrive):
    odile = owner(lang="es", width=390)
    page, slug = odile.page, "reading"
    odile.page_errors.allowed |= {409, 422}
    _begin(odile, slug)
    _write(odile, slug)
    _settle(odile, slug)
    go(odile, f"events/{slug}/preview?lang=fr", "event preview")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["fr"][0])
    go(odile, f"events/{slug}", "event before")
    page.locator("form[action$='/publish'] button").click()
    look(odile, "event published")

    guest = arrive(lang="es")
    EventScreen.open(guest, slug=slug).thanked(seats="2")
    # There is no code to show at the entrance before the seat is confirmed.
    ticket = TicketScreen.confirmed_by_email(guest)
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", ticket.find(".ticket").inner_text()).group()
    go(odile, f"events/{slug}/registrations", "registrations")
    expect(page.locator("main tbody tr")).to_have_count(1)
    _receive(odile, slug, code)
    _take_along(odile, slug)
    for path in ("cancel", "hours"):
        go(odile, f"events/{slug}/{path}", f"event {path}")
    go(odile, "events/", "events")
    go(odile, "audit/", "audit after an event")


def _begin(odile, slug):
    page = odile.page
    go(odile, "events/new", "new event")
    press(odile, "new event refused")
    expect(page.locator("#title-error")).to_be_visible()
    day = datetime.now().replace(hour=18, minute=0) + timedelta(days=9)
    page.select_option("[name=lang]", "es")
    page.fill("[name=title]", WORDS["es"][0])
    page.fill("[name=starts]", day.strftime("%Y-%m-%dT%H:%M"))
    page.fill("[name=ends]", (day + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))
    page.fill("[name=slug]", slug)
    page.locator("main form .actions button").dblclick()
    page.wait_for_url(f"**/events/{slug}")
    look(odile, "event begun")


def _write(odile, slug):
    page = odile.page
    go(odile, f"events/{slug}/words", "event words")
    for lang, (title, body) in WORDS.items():
        sheet = page.locator(f"#{lang}")
        if sheet.get_attribute("open") is None:
            sheet.locator("> summary").click()
        page.fill(f"[name=title_{lang}]", title)
        page.fill(f"[name=body_{lang}]", body)
        expect(page.locator(f"[data-preview-of=body_{lang}] strong")).to_be_visible()
    look(odile, "event words written")
    # Closing a tab loses nothing: the input is offered again.
    keeps_draft(page, WORDS["fr"][1])
    page.reload()
    page.locator("[data-draft-take]").click()
    expect(page.locator("[name=body_fr]")).to_have_value(WORDS["fr"][1])
    save(odile, "event translated")


def _settle(odile, slug):
    page = odile.page
    go(odile, f"events/{slug}/place", "event place")
    page.fill("[name=place_es]", "Plaza mayor")
    page.fill("[name=town]", "Iguala")
    save(odile, "event placed")
    go(odile, f"events/{slug}/coming", "event coming")
    page.check("[name=registration][value=required]")
    page.fill("[name=capacity]", "2")
    page.locator("[name=press][value=add]").click()
    page.fill("[name=rows-0-label_es]", "¿Vienes con niñas o niños?")
    look(odile, "event question")
    page.locator("main form > .actions button").click()
    look(odile, "event seats")
    go(odile, f"events/{slug}/programme", "event programme")
    page.fill("[name=rows-0-at]", "18:30")
    page.fill("[name=rows-0-what_es]", "Los nombres")
    page.locator("main form > .actions button").click()
    go(odile, f"events/{slug}/people", "event people")
    page.fill("[name=rows-0-name]", "Zora Quetzalli")
    page.locator("main form > .actions button").click()
    go(odile, f"events/{slug}/about", "event about")
    page.locator("[name=petitions]").first.check()
    save(odile, "event about petitions")
    go(odile, f"events/{slug}/picture", "event picture")
    page.set_input_files(
        "[name=picture]", {"name": "heart.png", "mimeType": "image/png", "buffer": heart("white")}
    )
    page.fill("[name=alt_es]", "Un corazón")
    save(odile, "event with picture")
    go(odile, f"events/{slug}/picture", "event picture there")
    page.locator("[data-focal] img").click(position={"x": 10, "y": 10})
    assert int(page.input_value("[name=focal_x]")) < 20
    save(odile, "event picture cut")
    go(odile, f"events/{slug}/address", "event address")


def _receive(odile, slug, code):
    """Check in three guests.

    One helper finds a name and taps it. Another's camera sees the code of a guest already checked
    in. The third guest has no registration.
    """
    page = odile.page
    go(odile, f"events/{slug}/door", "door")
    expect(page.locator(".check-in-row")).to_have_count(1)
    page.fill("#words", "nobody")
    expect(page.locator(".check-in-none")).to_be_visible()
    page.fill("#words", "rosales")
    page.locator(".check-in-button").click()
    expect(page.locator(".check-in-result--success")).to_contain_text("Amalia Rosales")
    expect(page.locator(".check-in-row.is-in")).to_have_count(1)
    expect(page.locator(".check-in-numbers b")).to_have_text("2")
    look(odile, "door with one in")
    other = odile.context.new_page()
    other.goto(page.url)
    install_camera(other, "https://elsewhere.example/menu")
    other.evaluate(DECODER, code)
    other.locator("[data-scan]").click()
    expect(other.locator(".check-in-result--waiting")).to_contain_text(
        re.compile(r"Amalia Rosales.*\d\d?")
    )
    other.close()
    page.locator(".check-in-button").click()
    expect(page.locator(".check-in-result--note")).to_contain_text("Amalia Rosales")
    # The list changes after the result. Until then a tap belongs to the old list.
    expect(page.locator(".check-in-row.is-in")).to_have_count(0)
    page.locator(".check-in-button").click()
    expect(page.locator(".check-in-result--success")).to_be_visible()
    go(odile, f"events/{slug}/registrations/new?door=1", "by hand")
    page.fill("[name=name]", "Tomás")
    page.locator("main form .actions button").click()
    look(odile, "by hand, full")
    page.check("[name=anyway]")
    page.locator("main form .actions button").click()
    expect(page.locator(".alert--success")).to_contain_text("Tomás")
    expect(page.locator(".check-in-numbers b")).to_have_text("3")


def _take_along(odile, slug):
    page = odile.page
    go(odile, f"events/{slug}/registrations/export", "attendance")
    press(odile, "attendance refused")
    page.check("[name=who][value=came]")
    page.fill("[name=reason]", "Chairs")
    with page.expect_download() as waiting:
        page.locator("main form .actions button").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert sorted(row[0] for row in rows[1:]) == ["Amalia Rosales", "Tomás"]
