"""Tests of a paired tablet that meets another table's code.

It says so, changes tables only with the volunteers' PIN, and loses nothing.
"""

import sqlite3
from contextlib import closing

import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import PIN, stored
from tests.browser.modules.actions import until

pytestmark = pytest.mark.slow

OTHER = "vigil"
READY = "main[data-screen=ready] [data-light][data-is=on]"
PAIR_AGAIN, STAY = "[data-act=pair-again]", "[data-act=back]"
GO_OVER = "[data-act=unpair]"


def query_rows(served, sentence, *values):
    with closing(sqlite3.connect(served.var / "volante.sqlite3", timeout=10)) as database:
        return database.execute(sentence, values).fetchall()


def tables_of(served, family):
    """Return (given name, slug of the event) of the people who signed at a table."""
    sentence = "select given_name, event.slug from signature join event on event.id = event_id where family_name = ? order by 1"
    return query_rows(served, sentence, family)


def opened(tablet, code):
    """Open the URL of the code, as any camera app does."""
    tablet.page.goto("about:blank")
    tablet.page.goto(f"/kiosk/#code={code.replace('-', '')}")
    tablet.screen("taken")


def go_over(tablet):
    tablet.page.locator(PAIR_AGAIN).click()
    tablet.screen("pin")
    tablet.enter(PIN)
    tablet.screen("unpair")


@pytest.fixture
def tablet(new_tablet):
    return new_tablet(reduced_motion="reduce").pair().begin()


def test_code_of_another_table_changes_nothing_without_the_pin(tablet, served):
    page = tablet.page
    before = tablet.kept("pairings")
    code = tablet.code(OTHER)
    opened(tablet, code)
    assert page.url.endswith("/kiosk/")
    place = page.locator("[data-where]").inner_text()
    assert before[0]["name"] in place and "Laurel Hall" in place
    for lang in ("en", "es", "fr"):
        page.locator(f"[data-language-switch] [lang={lang}]").click()
        page.locator("h1", has_text=sentence(page, "taken_heading", lang=lang)).wait_for()
        tablet.inspect("taken")
    page.locator(STAY).click()
    tablet.screen("attract")
    # The same happens in the app itself, without a reload.
    page.evaluate("(code) => { location.hash = `code=${code}`; }", code)
    tablet.screen("taken")
    page.wait_for_function("() => location.hash === ''")
    page.locator(STAY).click()
    tablet.screen("attract")
    assert tablet.kept("pairings") == before
    tablet.sign("Fiel", "Demesa")
    tablet.emptied()
    assert tables_of(served, "Demesa") == [("Fiel", "table")]


def test_app_left_alone_returns_to_signing(tablet):
    # A clock that is installed later loses the timers that run already.
    tablet.page.clock.install()
    opened(tablet, tablet.code(OTHER))
    tablet.page.locator(PAIR_AGAIN).click()
    tablet.screen("pin")
    tablet.page.clock.run_for(61_000)
    tablet.screen("attract")


def test_tablet_paired_again_sends_each_record_to_its_own_table(tablet, served):
    page = tablet.page
    tablet.panel()
    page.locator("#k-next-tabler").fill("M. R.")
    page.locator("[data-act=shift-start]").click()
    page.locator("[data-shift]", has_text="M. R.").wait_for()
    page.locator(STAY).click()
    tablet.screen("attract")
    tablet.answered(503)
    tablet.sign_quickly(["Una", "Dos"], "Cambiada")
    [former] = tablet.kept("pairings")

    opened(tablet, tablet.code(OTHER))
    go_over(tablet)
    page.locator("[data-waiting]", has_text="2").wait_for()
    tablet.inspect("pairing again with a full queue")
    page.locator(GO_OVER, has_text=sentence(page, "pair_again_anyway")).click()
    page.locator(READY).wait_for()
    # The light stays until the volunteers begin, also after a reload.
    page.reload()
    page.locator(READY).wait_for()
    assert tablet.waiting() == 2
    assert stored(served, "Cambiada") == []
    tablet.begin()
    # That table has one petition, so it is chosen.
    page.locator("[data-sign-buttons] [lang=en]").click()
    page.locator("[data-act=onward]").click()
    tablet.fill("Tres", "Cambiada")
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    tablet.next_person()
    assert {record["kiosk"] for record in tablet.kept("queue")} == {
        entry["kiosk"] for entry in tablet.kept("pairings")
    }

    tablet.answered(0)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    tablet.emptied()
    assert tables_of(served, "Cambiada") == [("Dos", "table"), ("Tres", OTHER), ("Una", "table")]
    # The end of the shift was sent too, and then nothing is left of the former table.
    until(lambda: len(tablet.kept("pairings")) == 1)
    shifts = "select tabler, tally, ended_at is null from kiosk_shift join kiosk on kiosk.id = kiosk_id where kiosk.uuid = ?"
    assert query_rows(served, shifts, former["kiosk"]) == [("M. R.", 2, 0)]


def test_wrong_code_leaves_the_tablet_at_its_table(tablet):
    page = tablet.page
    tablet.page_errors.allowed.add(410)
    before = tablet.kept("pairings")
    used = tablet.code(OTHER)
    assert page.request.post("/kiosk/pairings", data={"code": used, "app": "1"}).status == 201
    opened(tablet, used)
    go_over(tablet)
    page.locator("[data-sent]").wait_for()
    page.locator(GO_OVER).click()
    page.locator("[data-fault][role=alert]", has_text=sentence(page, "pair_used_code")).wait_for()
    tablet.inspect("pairing again by a code that was used")
    page.locator(STAY).click()
    tablet.screen("attract")
    assert tablet.kept("pairings") == before


def test_tab_of_the_former_table_signs_nobody_for_the_new_one(tablet, served):
    first = tablet.page
    tablet.choose()
    tablet.fill("Tardía", "Depestaña")
    tablet.page = tablet.context.new_page()
    opened(tablet, tablet.code(OTHER))
    go_over(tablet)
    tablet.page.locator(GO_OVER).click()
    tablet.page.locator(READY).wait_for()
    first.bring_to_front()
    first.locator("[data-act=sign]").click()
    first.get_by_text(sentence(first, "not_kept")).wait_for()
    assert tablet.waiting() == 0
    first.locator("[data-act=again]").click()
    first.locator("#restart [data-act=clear]").click()
    # The first tab finds out about its table without help.
    first.evaluate("() => window.dispatchEvent(new Event('online'))")
    first.locator(READY).wait_for()
