"""A tablet is revoked, or leaves its table, while its queue is full: it says so in plain words, and nothing is lost."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from tests.browser.kiosk.tablet import stored
from tests.browser.organize.steps import accept, go, press, secure

pytestmark = pytest.mark.slow


def kept_in_review(served, tablet):
    """Return (reason, sealed) of the records of this tablet that wait for somebody, as the database has them."""
    with closing(sqlite3.connect(served.var / "volante.sqlite3", timeout=10)) as database:
        sentence = "select reason, sealed from kiosk_record join kiosk on kiosk.id = kiosk_id where kiosk.uuid = ? and status = 'review'"
        return database.execute(sentence, (tablet.kept("pairings")[0]["kiosk"],)).fetchall()


def test_a_revoked_tablet_says_so_and_an_admin_recovers_what_it_had_sealed(new_tablet, newcomer, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    name = tablet.kept("pairings")[0]["name"]
    tablet.context.set_offline(True)
    tablet.sign_quickly(["Ana", "Berta", "Clara"], "Recuperada")

    admin = newcomer("admin")
    page = admin.page
    accept(admin)
    # Who may recover what a revoked tablet had needs a second factor.
    go(admin, "account/second-factor/app", "app")
    page.fill("[name=code]", pyotp.TOTP(page.locator(".app-key").inner_text().replace(" ", "")).now())
    press(admin, "codes")
    go(admin, "kiosks/table", "tablets")
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("details:has(form[action$=revoke]) summary").click()
    page.locator("form[action$=revoke] button").click()
    page.get_by_text("Revoked.").first.wait_for()

    tablet.noises.allowed.add(403)
    tablet.context.set_offline(False)
    tablet.emptied()
    tablet.page.get_by_text("This tablet takes no more signatures.").wait_for()
    assert tablet.page.locator("[data-signs] button:visible").count() == 0
    kept = kept_in_review(served, tablet)
    assert [reason for reason, _ in kept] == ["revoked"] * 3
    assert not any(b"Recuperada" in sealed for _, sealed in kept)
    assert stored(served, "Recuperada") == []
    tablet.panel()
    tablet.page.get_by_text("An organizer has stopped this tablet").wait_for()
    tablet.page.get_by_text("3 signatures wait for an organizer’s look").wait_for()

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


def test_a_tablet_revoked_while_nobody_signs_takes_no_more(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.emptied()
    with closing(sqlite3.connect(served.var / "volante.sqlite3", timeout=10, isolation_level=None)) as database:
        database.execute("update kiosk set revoked_at = '2026-11-02 10:00:00' where uuid = ?", (tablet.kept("pairings")[0]["kiosk"],))
    tablet.noises.allowed.add(403)
    # The beat of a minute, or a network that is back.
    tablet.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    tablet.page.get_by_text("This tablet takes no more signatures.").wait_for()
    tablet.page.reload()
    tablet.page.get_by_text("This tablet takes no more signatures.").wait_for()


def test_letters_that_close_while_nobody_signs_and_without_a_network_ask_for_no_touch(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def closing_soon(route):
        answer = route.fetch()
        said = answer.json()
        for petition in said["petitions"]:
            petition["closes_at"] = soon
        route.fulfill(response=answer, json=said)

    tablet.context.route("**/kiosk/campaign.json", closing_soon)
    tablet.pair()
    page.clock.install()
    tablet.begin()
    tablet.context.set_offline(True)
    page.get_by_role("heading", name="Touch to add your butterfly").wait_for()
    page.clock.fast_forward("01:00:01")
    page.locator("[data-signs] button").first.click()
    page.get_by_role("heading", name="No petition is open at this table now.").wait_for()
    assert page.locator("[data-signs] button:visible").count() == 0
    tablet.inspect("nothing open")


def test_who_leaves_with_a_full_queue_is_warned_and_it_still_goes_out(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.context.set_offline(True)
    tablet.sign_quickly(["Ida", "Vuelta"], "Despedida")
    tablet.panel()
    page.locator("[data-act=unpair]").click()
    tablet.screen("unpair")
    page.get_by_text("2 signatures have not been sent yet.").wait_for()
    tablet.inspect("leaving with a full queue")
    page.get_by_role("button", name="Stay in kiosk mode").click()
    tablet.screen("attract")

    tablet.panel()
    page.locator("[data-act=unpair]").click()
    page.get_by_role("button", name="Leave all the same").click()
    tablet.screen("pairing")
    page.get_by_text("2 signatures of the table before still wait here, locked.").wait_for()
    assert tablet.waiting() == 2

    # Another table begins meanwhile, and each sends what is its own.
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


def test_what_a_door_refused_goes_out_from_the_page_where_tablets_are_paired(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.answered(413)
    tablet.sign_quickly(["Puerta"], "Chica")
    tablet.panel()
    page.get_by_text("1 signature could not be handed over").wait_for()
    page.locator("[data-act=unpair]").click()
    page.get_by_role("button", name="Leave all the same").click()
    tablet.screen("pairing")
    page.get_by_text("1 signature of the table before still waits here, locked.").wait_for()

    tablet.answered(0)
    page.reload()
    tablet.emptied()
    assert len(stored(served, "Chica")) == 1


def test_a_tablet_that_never_got_its_letters_can_be_paired_by_another_code(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    tablet.noises.allowed.add(403)
    tablet.context.route("**/kiosk/campaign.json", lambda route: route.fulfill(status=403, json={"error": "revoked"}))
    code = tablet.code()
    tablet.open()
    page.locator("#k-code").fill(code)
    page.locator("[data-act=pair]").click()
    tablet.screen("stuck")
    tablet.inspect("stuck")
    page.get_by_role("button", name="Pair this tablet").click()
    tablet.screen("pairing")
    tablet.context.unroute_all()
    tablet.pair().begin()
