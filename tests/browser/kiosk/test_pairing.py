"""Tests of pairing: by a link, the camera or eight characters, with a message for a wrong code."""

import sqlite3
from contextlib import closing

import pytest

from tests.browser.camera import install_camera, is_camera_off, show_code
from tests.browser.kiosk.sentences import sentence

READY = "main[data-screen=ready] [data-light][data-is=on]"


def test_pairing_link_works_at_once_and_leaves_no_code_in_the_url(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    code = tablet.code().replace("-", "")
    tablet.page.goto(f"/kiosk/#code={code}")
    tablet.page.locator(READY).wait_for()
    assert tablet.page.url.endswith("/kiosk/")
    assert code not in tablet.page.evaluate(
        "JSON.stringify([document.referrer, location.href, history.state])"
    )


@pytest.mark.slow
def test_camera_reads_our_code_and_ignores_others(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").open()
    page = tablet.page
    tablet.screen("pairing")
    install_camera(page, "https://elsewhere.example/menu")
    page.locator("[data-act=scan]").click()
    page.locator("video").wait_for()
    page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    tablet.inspect("scanning")
    code = tablet.code().replace("-", "")
    tablet.screen("pairing")
    assert page.locator("#k-code").input_value() == ""
    show_code(page, f"{served.url}/kiosk/#code={code}")
    page.locator(READY).wait_for()
    assert is_camera_off(page)


@pytest.mark.slow
def test_wrong_code_is_reported_at_its_field_and_the_next_one_pairs(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").open()
    page = tablet.page
    tablet.page_errors.allowed.update((404, 410))
    used = tablet.code()
    pairing = {"data": {"code": used, "app": "1"}}
    assert page.request.post("/kiosk/pairings", **pairing).status == 201
    old = tablet.code()
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        database.execute(
            "update kiosk_pairing_code set expires_at = '2026-01-02 10:00:00' where used_at is null"
        )
    tries = [
        ("K7M2", "short"),
        ("K7M2-9QXW", "unknown_code"),
        (used, "used_code"),
        (old, "expired_code"),
    ]
    line = page.locator("#k-code")
    for code, fault in tries:
        line.fill(code)
        line.press("Enter")
        page.locator(".field .error", has_text=sentence(page, f"pair_{fault}")).wait_for()
        assert line.get_attribute("aria-invalid") == "true"
        assert line.input_value() == code
    tablet.context.set_offline(True)
    line.press("Enter")
    page.locator(".field .error", has_text=sentence(page, "pair_no_network")).wait_for()
    tablet.context.set_offline(False)
    line.fill(tablet.code())
    line.press("Enter")
    page.locator(READY).wait_for()
