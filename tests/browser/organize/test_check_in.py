"""Tests of check-in at the door: the camera of a phone, and a page that nobody touches."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.camera import install_camera, is_camera_off, show_code
from tests.browser.organize.steps import go


@pytest.mark.slow
def test_camera_reads_codes_in_a_browser_without_a_decoder(owner, served):
    odile = owner(width=390)
    page = odile.page
    # The first code belongs to no one.
    odile.page_errors.allowed.add(404)
    page.goto("/organize/events/talk/registrations/new?door=1")
    page.fill("[name=name]", "Zoraida Quetzal")
    # Tests before this one may have filled the event.
    if page.locator("[name=anyway]").count():
        page.locator("[name=anyway]").check()
    page.locator("main form .actions button").click()
    expect(page.locator(".alert--success")).to_contain_text("Zoraida Quetzal")
    with closing(sqlite3.connect(served.var / "volante.sqlite3", timeout=10)) as database:
        [code] = database.execute(
            "select code from registration where name = 'Zoraida Quetzal'"
        ).fetchone()

    decoders = []
    page.on("request", lambda request: "qr-decode" in request.url and decoders.append(request.url))
    go(odile, "events/talk/door", "door")
    install_camera(page, "https://elsewhere.example/menu")
    button = page.locator("[data-scan]")
    label = button.inner_text()
    assert decoders == []
    button.click()
    expect(page.locator(".check-in-result--danger")).not_to_be_empty()
    assert len(decoders) == 1
    show_code(page, code)
    # The person was checked in when they were added.
    expect(page.locator(".check-in-result--waiting")).to_have_text(
        re.compile(r"Zoraida Quetzal.*\d\d?")
    )
    button.click()
    expect(page.locator("[data-camera]")).to_be_hidden()
    expect(button).to_have_text(label)
    assert is_camera_off(page)


@pytest.mark.slow
def test_page_left_untouched_stops_asking_so_that_its_organizer_is_signed_out(owner):
    odile = owner(width=820)
    page = odile.page
    page.clock.install()
    go(odile, "events/talk/door", "door")
    with page.expect_request("**/door/list?**"):
        page.clock.run_for(5000)
    page.clock.fast_forward("31:00")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert asked == []
    with page.expect_request("**/door/list?**"):
        page.keyboard.press("Shift")
        page.clock.run_for(5000)
