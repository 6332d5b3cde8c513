"""Whatever the site answers: nobody at the table is stopped, the crew is told in plain words, and nothing is lost."""

from tests.browser.kiosk.tablet import stored

DOOR = "<!doctype html><title>Free Wi-Fi</title><p>Accept our terms to go on"
ANSWERS = [
    (401, {"error": "unknown_kiosk"}, {}, "The site does not know this tablet"),
    (429, {"error": "too_many"}, {"Retry_After": "60"}, "The site is busy"),
    (500, "<h1>Internal Server Error</h1>", {}, "The site is busy"),
    (503, {"error": "busy"}, {}, "The site is busy"),
    (200, DOOR, {}, "No network since"),
    (200, '{"receipts": [{"id": "somebody-else’s", "status": "stored"}]}', {}, "The site is busy"),
]


def test_whatever_the_site_answers_people_sign_on_and_all_goes_out_afterwards(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    for turn, (status, said, head, words) in enumerate(ANSWERS):
        tablet.answered(status, said, **head)
        tablet.sign_quickly([f"Turno {turn}"], "Respuestas")
        tablet.panel()
        page.locator("[data-act=sync]").click()
        page.locator("[data-problems]", has_text=words).wait_for()
        page.locator("[data-sent]", has_text="We keep trying.").wait_for()
        assert page.locator("[data-figure=waiting]").inner_text() == str(turn + 1)
        page.locator("[data-act=back]").click()
        tablet.screen("attract")
    assert stored(served, "Respuestas") == []

    # What a door on the way took for too much is set aside, and tried again by hand.
    tablet.answered(413)
    tablet.panel()
    page.locator("[data-act=sync]").click()
    page.get_by_text("6 signatures could not be handed over").wait_for()
    tablet.answered(0)
    page.locator("[data-act=sync]").click()
    page.get_by_text("All has been sent.").wait_for()
    tablet.emptied()
    assert len(stored(served, "Respuestas")) == len(ANSWERS)
    assert page.locator("[data-problems] .alert--grave").count() == 0


def test_what_waits_for_an_organizer_is_told_with_its_reasons(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    sent = []

    def keep_all(route):
        records = route.request.post_data_json["records"]
        # They may come in one batch or in several.
        reasons = ["quota", "closed", "duplicate"][len(sent) :]
        sent.extend(record["id"] for record in records)
        receipts = [{"id": each["id"], "status": "review", "reason": why} for each, why in zip(records, reasons, strict=False)]
        route.fulfill(json={"receipts": receipts, "gaps": [[4, 7]], "server_time": "2026-01-01T00:00:00Z"})

    tablet.context.set_offline(True)
    tablet.sign_quickly(["Una", "Dos", "Tres"], "Revisada")
    tablet.context.route("**/kiosk/sync", keep_all)
    tablet.context.set_offline(False)
    tablet.emptied()
    assert len(sent) == 3
    tablet.panel()
    problems = tablet.page.locator("[data-problems]")
    problems.get_by_text("3 signatures wait for an organizer’s look").wait_for()
    said = problems.inner_text()
    for words in ("very many in a short time", "the petition had closed", "signed before", "misses some numbers", "clock is wrong"):
        assert words in said
    for note in ("very many in a short time (1): no. 1 at ", "the petition had closed (1): no. 2 at ", "signed before (1): no. 3 at "):
        assert note in said
    tablet.inspect("panel with problems")

    # They outlive the app, until somebody of the crew has seen them; and hold no more than these words.
    notes = next(kept for kept in tablet.kept("settings") if isinstance(kept, list) and kept and "reason" in kept[0])
    assert [set(note) for note in notes] == [{"kiosk", "sequence", "reason", "at"}] * 3
    tablet.page.reload()
    tablet.screen("attract")
    tablet.panel()
    problems.get_by_text("3 signatures wait for an organizer’s look").wait_for()
    problems.get_by_text("signed before (1): no. 3 at ").wait_for()
    problems.get_by_role("button", name="I have seen this").click()
    problems.get_by_text("wait for an organizer’s look").wait_for(state="detached")
    tablet.page.reload()
    tablet.screen("attract")
    tablet.panel()
    tablet.page.locator("[data-synced]", has_text="Last sent at").wait_for()
    assert problems.get_by_text("wait for an organizer’s look").count() == 0


def test_what_the_site_refuses_stays_and_the_crew_reads_why(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()

    def refuse_all(route):
        records = route.request.post_data_json["records"]
        receipts = [{"id": each["id"], "status": "refused", "reason": reason} for each, reason in zip(records, ("too_large", "newer"), strict=False)]
        route.fulfill(json={"receipts": receipts, "gaps": []})

    tablet.context.set_offline(True)
    tablet.sign_quickly(["Una", "Dos"], "Rechazada")
    tablet.context.route("**/kiosk/sync", refuse_all)
    tablet.context.set_offline(False)
    tablet.panel()
    problems = tablet.page.locator("[data-problems]")
    problems.get_by_text("2 signatures could not be handed over").wait_for()
    # A site that is newer than the app may have reasons of its own.
    assert "too large for the site (1): no. 1 at " in problems.inner_text()
    assert "for another reason (1): no. 2 at " in problems.inner_text()
    assert tablet.waiting() == 2
