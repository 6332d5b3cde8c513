"""Tests of many held signatures: rejected, restored and rejected again in a few presses.

Large numbers fit everywhere.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.organize.flood import flood
from tests.browser.organize.steps import SLUG, go, look

MANY = 20_000
MAX_PRESSES = 6
TIMEOUT_MS = 120_000
WIDTHS = (320, 390, 820, 1024, 1100, 1440)
LARGE = "99,999,999"
# These are all the numbers on the pages that grow with the signatures.
NUMBERS = (
    ".figures dd, .held-reasons b, .petition-row-count .font-heading, .share-row b, .queue-name b"
)
ENLARGE = f"""() => {{
    for (const each of document.querySelectorAll("{NUMBERS}")) each.textContent = "{LARGE}";
}}"""
BROKEN = f"""() => [...document.querySelectorAll("{NUMBERS}")].filter((each) => {{
    const range = document.createRange();
    range.selectNodeContents(each);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
    const box = range.getBoundingClientRect(), around = each.parentElement.getBoundingClientRect();
    return lines.size > 1 || box.right > around.right + 1 || box.left < around.left - 1;
}}).map((each) => each.outerHTML)"""


@pytest.mark.slow
def test_twenty_thousand_are_rejected_restored_and_rejected_again(owner_of_200, served):
    owner = owner_of_200()
    page, presses = owner.page, []

    def press(locator):
        presses.append(locator)
        locator.click()

    def reject_all():
        go(owner, f"held/?petition={SLUG}&held_for=no_proof", "flood")
        press(page.locator("a[href*='/bulk/new']"))
        look(owner, "flood previewed")
        assert page.locator("main tbody tr").count() == 20
        page.fill("[name=reason]", "A flood from one network")
        press(page.locator("[name=verb][value=reject]"))
        expect(page.locator("form[action$='/undo'] button")).to_be_visible(timeout=TIMEOUT_MS)
        look(owner, "flood rejected")

    with flood(served, SLUG, MANY) as count:
        reject_all()
        assert count("rejected_at is not null") == MANY
        press(page.locator("form[action$='/undo'] button"))
        expect(page.locator("progress")).to_have_count(0, timeout=TIMEOUT_MS)
        expect(page.locator("form[action$='/undo']")).to_have_count(0)
        look(owner, "flood undone")
        assert count("rejected_at is null and state = 'held' and held_reason = 'no_proof'") == MANY
        reject_all()
        assert count("rejected_at is not null") == MANY
    assert len(presses) <= MAX_PRESSES
    served.flask("signatures", "audit")


@pytest.mark.slow
def test_eight_digit_numbers_fit_their_line_at_every_width(owner_of_200, served):
    owner = owner_of_200(width=1440)
    page = owner.page
    with flood(served, SLUG, 3):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for path in (
                "",
                f"numbers/petitions/{SLUG}",
                "numbers/causes/butterflies-for-mexico",
                "held/",
            ):
                page.goto(f"/organize/{path}")
                page.evaluate(ENLARGE)
                assert page.evaluate(BROKEN) == [], (width, path)
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (
                    width,
                    path,
                )
