"""Tests of an embedded petition: signing and live count work, and unlisted sites get neither."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser import accessibility
from tests.browser.host_page import HostPage
from tests.browser.http_supporter import ask, email_to, hatched_address, link_in, until
from tests.browser.screens.petition import AMALIA
from tests.browser.screens.screen import number_in

SOON_MS = 30_000


def frame_of(visitor, host, place=0):
    """Return the frame that the element adds to the host's page, once it is there."""
    visitor.page.goto(host.url)
    frame = visitor.page.locator("volante-petition iframe").nth(place)
    expect(frame.content_frame.locator("main h1")).to_be_visible()
    return frame


def fill(page, address, **words):
    for name, value in {**AMALIA, "email": address, **words}.items():
        field = page.locator(f"form [name={name}]")
        field.select_option(value) if name == "country" else field.fill(value)
    page.locator("form button[type=submit]").click()


def test_visitor_signs_in_a_partners_page_and_its_count_moves(arrive, served):
    visitor = arrive(width=820)
    body = '<volante-petition slug="find-the-43" source="partner"></volante-petition><volante-petition slug="find-the-43" show="counter"></volante-petition>'
    with HostPage(served.url, body) as host:
        frame = frame_of(visitor, host)
        inside = frame.content_frame
        counter = (
            visitor.page.locator("volante-petition iframe")
            .nth(1)
            .content_frame.locator("[data-count]")
            .first
        )
        before = number_in(counter)
        visitor.page_errors.allowed.add(422)
        fill(inside, "amalia@correo")
        expect(inside.locator("[role=alert]")).to_be_visible()
        expect(inside.locator("form [name=given_name]")).to_have_value("Amalia")
        expect(inside.locator("form [name=source]")).to_have_value("partner")
        fill(inside, visitor.address)
        expect(inside.locator("[data-state=signed]")).to_be_visible()
        assert visitor.page.url == host.url
        # The frame is as high as its content, so that nothing scrolls within it.
        inner = inside.locator("body").evaluate(
            "body => Math.ceil(body.getBoundingClientRect().height)"
        )
        assert frame.get_attribute("height") == str(inner)
        email = email_to(served.url, visitor.address)
        receipt = hatched_address(ask(link_in(email, "confirm"), yes=""), "en")
        until(lambda: ask(served.url + receipt), "hatched-number")
        expect(counter).to_have_text(str(before + 1), timeout=SOON_MS)


@pytest.mark.slow
@pytest.mark.parametrize("show", ["form", "thermometer", "counter", "montage"])
@pytest.mark.parametrize(("theme", "lang"), [("light", "es"), ("dark", "fr")])
def test_every_kind_of_frame_is_free_of_barriers(arrive, served, show, theme, lang):
    visitor = arrive(width=320)
    visitor.page.goto(f"/embed/petitions/find-the-43?show={show}&theme={theme}&lang={lang}")
    expect(visitor.page.locator("main h1")).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    accessibility.inspect(visitor.page, ("frame", show, theme))


@pytest.mark.slow
def test_page_that_is_not_listed_gets_no_controls(arrive, served):
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        [petition_id] = database.execute(
            "select id from petition where slug = 'victims-law'"
        ).fetchone()
        database.execute(
            "insert into embedding values (?, 'listed', '[\"https://friend.example\"]')",
            (petition_id,),
        )
    visitor = arrive(width=820)
    with HostPage(served.url, '<volante-petition slug="victims-law"></volante-petition>') as host:
        visitor.page.goto(host.url)
        frame = visitor.page.locator("volante-petition iframe")
        expect(frame).to_be_visible()
        visitor.page.wait_for_load_state("networkidle")
        assert frame.content_frame.locator("form").count() == 0
    errors, visitor.page_errors.errors[:] = list(visitor.page_errors.errors), []
    assert any("frame-ancestors" in error or "BLOCKED" in error for error in errors)


@pytest.mark.slow
def test_without_scripts_the_link_in_the_element_is_shown(arrive, served):
    visitor = arrive(scripts=False)
    body = f'<volante-petition slug="find-the-43"><a href="{served.url}/en/petitions/find-the-43">Sign</a></volante-petition>'
    with HostPage(served.url, body) as host:
        visitor.page.goto(host.url)
        visitor.page.locator("volante-petition a").click()
        expect(visitor.page.locator("#sign form")).to_be_visible()
