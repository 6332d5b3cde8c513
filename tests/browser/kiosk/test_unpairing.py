"""Tests of a tablet that is revoked, or leaves its table, with a full queue: nothing is lost."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import stored
from tests.browser.organize.steps import accept, go, press, secure

pytestmark = pytest.mark.slow


def kept_in_review(served, tablet):
    """Return (reason, sealed) of this tablet's records that wait for review in the database."""
    with closing(sqlite3.connect(served.var / "volante.sqlite3", timeout=10)) as database:
        sentence = "select reason, sealed from kiosk_record join kiosk on kiosk.id = kiosk_id where kiosk.uuid = ? and status = 'review'"
        return database.execute(sentence, (tablet.kept("pairings")[0]["kiosk"],)).fetchall()


def takes_no_more(page):
    """Wait until the first screen says that signing has ended, in each language of the table."""
    page.locator("[data-call] [lang=en]", has_text=sentence(page, "stopped", lang="en")).wait_for()


def test_revoked_tablet_says_so_and_an_admin_recovers_its_sealed_records(
    new_tablet, newcomer, served
):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    name = tablet.kept("pairings")[0]["name"]
    tablet.context.set_offline(True)
    tablet.sign_quickly(["Ana", "Berta", "Clara"], "Recuperada")

    admin = newcomer("admin")
    page = admin.page
    accept(admin)
    # Recovering what a revoked tablet had needs a second factor.
    go(admin, "account/second-factor/app", "app")
    page.fill(
        "[name=code]", pyotp.TOTP(page.locator(".app-key").inner_text().replace(" ", "")).now()
    )
    press(admin, "codes")
    go(admin, "kiosks/table", "tablets")
    page.locator("main tbody a", has_text=re.compile(f"^{name}$")).click()
    page.locator("details:has(form[action$=revoke]) summary").click()
    page.locator("form[action$=revoke] button").click()
    page.locator("form[action$=revoke]").wait_for(state="detached")

    tablet.page_errors.allowed.add(403)
    tablet.context.set_offline(False)
    tablet.emptied()
    takes_no_more(tablet.page)
    assert tablet.page.locator("[data-sign-buttons] button:visible").count() == 0
    kept = kept_in_review(served, tablet)
    assert [reason for reason, _ in kept] == ["revoked"] * 3
    assert not any(b"Recuperada" in sealed for _, sealed in kept)
    assert stored(served, "Recuperada") == []
    tablet.panel()
    problems = tablet.page.locator("[data-problems]")
    problems.get_by_text(sentence(tablet.page, "problem_revoked")).wait_for()
    problems.get_by_text(sentence(tablet.page, "problem_review", 3)).wait_for()

    reviewer = newcomer("reviewer")
    accept(reviewer)
    secure(reviewer)
    for visitor in (reviewer, admin):
        go(visitor, "kiosks/table/review", "what tablets sent")
        rows = visitor.page.locator(".queue-row", has_text="Recuperada")
        assert rows.count() == 3
        for box in rows.locator("[name=ticked]").all():
            box.check()
        visitor.page.locator("button[value='let_in.ticked']").click()
        visitor.page.wait_for_load_state()
        assert len(stored(served, "Recuperada")) == (3 if visitor is admin else 0)


def test_tablet_revoked_while_idle_stops_signing(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.emptied()
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        database.execute(
            "update kiosk set revoked_at = '2026-11-02 10:00:00' where uuid = ?",
            (tablet.kept("pairings")[0]["kiosk"],),
        )
    tablet.page_errors.allowed.add(403)
    # A beat comes each minute, or when the network is back.
    tablet.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    takes_no_more(tablet.page)
    tablet.page.reload()
    takes_no_more(tablet.page)


def test_closing_while_idle_and_offline_needs_no_touch(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def closing_soon(route):
        answer = route.fetch()
        campaign = answer.json()
        for petition in campaign["petitions"]:
            petition["closes_at"] = soon
        route.fulfill(response=answer, json=campaign)

    tablet.context.route("**/kiosk/campaign.json", closing_soon)
    tablet.pair()
    page.clock.install()
    tablet.begin()
    tablet.context.set_offline(True)
    calls = page.locator("[data-call] [lang=en]")
    calls.filter(has_text=sentence(page, "touch", lang="en")).wait_for()
    page.clock.fast_forward("01:00:01")
    page.locator("[data-sign-buttons] button").first.click()
    calls.filter(has_text=sentence(page, "nothing_open", lang="en")).wait_for()
    assert page.locator("[data-sign-buttons] button:visible").count() == 0
    tablet.inspect("nothing open")


def test_leaving_with_a_full_queue_warns_and_the_queue_is_still_sent(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.context.set_offline(True)
    tablet.sign_quickly(["Ida", "Vuelta"], "Despedida")
    tablet.panel()
    page.locator("[data-act=unpair]").click()
    tablet.screen("unpair")
    page.locator("[data-waiting]", has_text="2").wait_for()
    tablet.inspect("leaving with a full queue")
    page.locator("[data-act=back]").click()
    tablet.screen("attract")

    tablet.panel()
    page.locator("[data-act=unpair]").click()
    page.locator("[data-act=unpair]", has_text=sentence(page, "unpair_anyway")).click()
    tablet.screen("pairing")
    page.locator("[data-former]", has_text="2").wait_for()
    assert tablet.waiting() == 2

    # Another table begins, and each pairing sends its own records.
    tablet.context.set_offline(False)
    tablet.emptied()
    assert len(stored(served, "Despedida")) == 2
    page.locator("[data-former]").wait_for(state="hidden")
    assert tablet.kept("pairings") == []
    tablet.pair().begin()
    tablet.sign("Nueva", "Despedida")
    tablet.next_person()
    tablet.emptied()
    assert [record["sequence"] for record in tablet.kept("queue")] == []
    assert len(stored(served, "Despedida")) == 3


def test_records_that_a_proxy_refused_are_sent_from_the_pairing_page(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.answered(413)
    tablet.sign_quickly(["Puerta"], "Chica")
    tablet.panel()
    page.locator("[data-problems]").get_by_text(sentence(page, "problem_refused", 1)).wait_for()
    page.locator("[data-act=unpair]").click()
    page.locator("[data-act=unpair]", has_text=sentence(page, "unpair_anyway")).click()
    tablet.screen("pairing")
    page.locator("[data-former]", has_text="1").wait_for()

    tablet.answered(0)
    page.reload()
    tablet.emptied()
    assert len(stored(served, "Chica")) == 1


def test_tablet_that_never_got_its_petitions_can_pair_by_another_code(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    tablet.page_errors.allowed.add(403)
    tablet.context.route(
        "**/kiosk/campaign.json", lambda route: route.fulfill(status=403, json={"error": "revoked"})
    )
    code = tablet.code()
    tablet.open()
    page.locator("#k-code").fill(code)
    page.locator("[data-act=pair]").click()
    tablet.screen("stuck")
    tablet.inspect("stuck")
    page.locator("[data-act=unpair]").click()
    tablet.screen("pairing")
    tablet.context.unroute_all()
    tablet.pair().begin()
