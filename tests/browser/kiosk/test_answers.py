"""Tests of every server answer: signing continues, the volunteers are told, nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import stored

DOOR = "<!doctype html><title>Free Wi-Fi</title><p>Accept our terms to go on"
ANSWERS = [
    (401, {"error": "unknown_kiosk"}, {}, "problem_unknown_kiosk"),
    (429, {"error": "too_many"}, {"Retry_After": "60"}, "problem_busy"),
    (500, "<h1>Internal Server Error</h1>", {}, "problem_busy"),
    (503, {"error": "busy"}, {}, "problem_busy"),
    (200, DOOR, {}, "offline"),
    (200, '{"receipts": [{"id": "somebody-else’s", "status": "stored"}]}', {}, "problem_busy"),
]


@pytest.mark.slow
def test_people_sign_on_whatever_the_site_answers_and_all_is_sent_later(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    for turn, (status, content, head, problem) in enumerate(ANSWERS):
        tablet.answered(status, content, **head)
        tablet.sign_quickly([f"Turno {turn}"], "Respuestas")
        tablet.panel()
        page.locator("[data-act=sync]").click()
        page.locator("[data-problems]", has_text=sentence(page, problem)).wait_for()
        page.locator(
            "[data-sent]",
            has_text=sentence(page, "sync_failed" if problem == "offline" else "sync_partly"),
        ).wait_for()
        expect(page.locator("[data-figure=waiting]")).to_have_text(str(turn + 1))
        expect(page.locator("[data-figure-label=today]")).to_have_text(
            sentence(page, "figure_today", turn + 1)
        )
        page.locator("[data-act=back]").click()
        tablet.screen("attract")
    assert stored(served, "Respuestas") == []

    # A record that a proxy refused as too large is set aside, and sent again by hand.
    tablet.answered(413)
    tablet.panel()
    page.locator("[data-act=sync]").click()
    page.get_by_text(sentence(page, "problem_refused", len(ANSWERS))).wait_for()
    tablet.answered(0)
    page.locator("[data-act=sync]").click()
    page.locator("[data-sent]", has_text=sentence(page, "synced")).wait_for()
    tablet.emptied()
    assert len(stored(served, "Respuestas")) == len(ANSWERS)
    assert page.locator("[data-problems] .alert--danger").count() == 0


@pytest.mark.slow
def test_tablers_see_what_waits_for_an_organizer_and_why(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    sent = []

    def keep_all(route):
        records = route.request.post_data_json["records"]
        # They may come in one batch or in several.
        reasons = ["quota", "closed", "duplicate"][len(sent) :]
        sent.extend(record["id"] for record in records)
        receipts = [
            {"id": item["id"], "status": "review", "reason": why}
            for item, why in zip(records, reasons, strict=False)
        ]
        route.fulfill(
            json={"receipts": receipts, "gaps": [[4, 7]], "server_time": "2026-01-01T00:00:00Z"}
        )

    tablet.context.set_offline(True)
    tablet.sign_quickly(["Una", "Dos", "Tres"], "Revisada")
    tablet.context.route("**/kiosk/sync", keep_all)
    tablet.context.set_offline(False)
    tablet.emptied()
    assert len(sent) == 3
    tablet.panel()
    page = tablet.page
    problems = page.locator("[data-problems]")
    review = problems.get_by_text(sentence(page, "problem_review", 3))
    review.wait_for()
    for problem in ("problem_gaps", "problem_clock"):
        problems.get_by_text(sentence(page, problem)).wait_for()
    for number, reason in enumerate(("quota", "closed", "duplicate"), start=1):
        note(page, reason, number).wait_for()
    tablet.inspect("panel with problems")

    # The notes outlive the app until the volunteers have seen them, and contain nothing else.
    notes = next(
        kept
        for kept in tablet.kept("settings")
        if isinstance(kept, list) and kept and "reason" in kept[0]
    )
    assert [set(note) for note in notes] == [{"kiosk", "sequence", "reason", "at"}] * 3
    tablet.page.reload()
    tablet.screen("attract")
    tablet.panel()
    review.wait_for()
    note(page, "duplicate", 3).wait_for()
    problems.get_by_role("button").click()
    review.wait_for(state="detached")
    tablet.page.reload()
    tablet.screen("attract")
    tablet.panel()
    page.locator("[data-synced]", has_text=sentence(page, "synced_at")).wait_for()
    assert review.count() == 0


@pytest.mark.slow
def test_refused_record_stays_and_tablers_read_why(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()

    reasons = iter(("too_large", "newer"))
    refusals = {}

    def refuse_all(route):
        # A slow tablet may send the two records in two requests.
        for record in route.request.post_data_json["records"]:
            if record["id"] not in refusals:
                refusals[record["id"]] = next(reasons)
        receipts = [
            {"id": record["id"], "status": "refused", "reason": refusals[record["id"]]}
            for record in route.request.post_data_json["records"]
        ]
        route.fulfill(json={"receipts": receipts, "gaps": []})

    tablet.context.set_offline(True)
    tablet.sign_quickly(["Una", "Dos"], "Rechazada")
    tablet.context.route("**/kiosk/sync", refuse_all)
    tablet.context.set_offline(False)
    tablet.panel()
    page = tablet.page
    page.locator("[data-problems]").get_by_text(sentence(page, "problem_refused", 2)).wait_for()
    note(page, "too_large", 1).wait_for()
    # A site newer than the app may use reasons that the app does not know.
    note(page, "other", 2).wait_for()
    assert tablet.waiting() == 2


def note(page, reason, number):
    """Return the line of the one record that waits for a reason."""
    lines = page.locator("[data-problems] p", has_text=sentence(page, f"reason_{reason}"))
    return lines.filter(has_text="(1)").filter(has_text=sentence(page, "note_of", number=number))
