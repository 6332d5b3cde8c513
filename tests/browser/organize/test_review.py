"""Tests of an organizer's week.

It covers figures, search, a correction, a rule tried and undone, the queue, and approved comments.
"""

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.http_supporter import confirm
from tests.browser.modules.actions import loads_until, until
from tests.browser.organize.steps import SLUG, go, look, press

LANDS = [("es", 390, "light"), ("fr", 820, "dark")]
SOON_MS = 30_000
numbers = count(1)


def signed(served, lang):
    """Sign with a comment and confirm. Return the email address and the comment."""
    address, comment = f"zora.{next(numbers)}@correo.mx", f"Reading this in class {next(numbers)}."
    confirm(
        served.url,
        address,
        lang,
        slug=SLUG,
        comment=comment,
        given_name="Zora",
        family_name="Quetzalli",
    )
    return address, comment


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "width", "scheme"), LANDS)
def test_review_goes_from_the_figures_to_a_comment_on_the_public_page(
    owner_of_200, served, arrive, lang, width, scheme
):
    odile = owner_of_200(lang=lang, width=width, scheme=scheme)
    # It comes after the 200, because the public page shows the newest.
    address, comment = signed(served, lang)
    page = odile.page
    odile.page_errors.allowed.add(422)
    go(odile, f"numbers/petitions/{SLUG}", "figures")
    expect(page.locator(".chart:visible")).to_have_count(1)
    go(odile, f"numbers/petitions/{SLUG}?range=hours", "figures by hour")
    go(odile, "numbers/causes/butterflies-for-mexico?range=all", "figures of a cause")

    go(odile, "signatures/", "signatures")
    page.fill("[name=words]", address)
    press(odile, "found")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.locator("main tbody a").click()
    look(odile, "signature")
    correct = page.locator("form[action$='/correct']")
    page.locator("details:has(form[action$='/correct']) > summary").click()
    correct.locator("[name=family_name]").fill("Quetzalli Ñuu")
    correct.locator("button[type=submit]").click()
    look(odile, "correction refused")
    expect(page.locator("#reason")).to_have_attribute("aria-invalid", "true")
    page.fill("#reason", "She wrote to us")
    correct.locator("button[type=submit]").click()
    look(odile, "corrected")
    expect(page.locator("h1")).to_have_text("Zora Quetzalli Ñuu")

    go(odile, "rules/new", "rule")
    page.locator("[name=kind][value=words]").check()
    page.fill("[name=pattern]", "quetzalli nuu")
    # This chooses the whole cause, the first option after the empty one.
    page.select_option("[name=where]", index=1)
    press(odile, "rule tried")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.locator("#past").check()
    press(odile, "rule on")
    go(odile, "held/", "queue")
    row = page.locator(".queue-row", has_text="Ñuu")
    expect(row.locator(".held-reason")).to_contain_text("quetzalli nuu")
    row.locator("[name=ticked]").check()
    page.locator("[value='let_through.ticked']").click()
    look(odile, "let through")
    expect(row).to_have_count(0)
    go(odile, "rules/", "rules")
    page.locator("main tbody a").first.click()
    press(odile, "rule off")

    public = arrive(lang=lang, width=width).page
    public.goto(f"/{lang}/petitions/{SLUG}")
    expect(public.locator("body")).not_to_contain_text(comment)
    go(odile, f"comments/?petition={SLUG}", "comments")
    chosen = page.locator(".queue-row", has_text=comment)
    loads_until(page, chosen.count)
    chosen.locator("[value=show]").focus()
    page.keyboard.press("a")
    expect(chosen.locator("[value=show]")).to_be_checked()
    page.keyboard.press("s")
    expect(page.locator(".alert--success")).to_be_visible()
    look(odile, "comments decided")
    loads_until(public, lambda: comment in public.locator("body").inner_text())

    for path, kind in (
        ("retention/", "retention"),
        (f"retention/{SLUG}", "retention of one"),
        ("audit/", "audit after review"),
    ):
        go(odile, path, kind)
    page.goto("/organize/signatures/")
    page.locator("main tbody a").first.click()
    page.locator("a[href*='/erasures/']").click()
    look(odile, "erasing")
    page.fill("[name=reason]", "They asked by letter")
    page.locator("main form button[type=submit]").click()
    look(odile, "erased")
    # The command fails where a count and the signatures differ.
    served.flask("signatures", "audit")


@pytest.mark.slow
def test_figures_follow_the_pulse(owner_of_200, served):
    odile = owner_of_200(width=1440)
    go(odile, f"numbers/petitions/{SLUG}", "figures live")
    shown = odile.page.locator(".figure-hero dd")
    before = int(re.sub(r"\D", "", shown.inner_text()))
    signed(served, "en")
    expect(shown).to_have_text(re.compile(rf"^{before + 1:,}$"), timeout=SOON_MS)


def test_sidebar_follows_what_comes_in(owner_of_200, served):
    odile = owner_of_200(width=1440)
    page = odile.page
    page.clock.install()
    go(odile, "people/", "people")
    number = page.locator(".sidebar-nav--wide [data-sidebar-count=signatures]")
    before = int(number.inner_text().replace(",", ""))
    served.flask("signatures", "generate", SLUG, "3")
    until(lambda: page.clock.fast_forward(21_000) or number.inner_text() == f"{before + 3:,}")
    expect(page.locator(".sidebar-nav--wide [data-sidebar-count-text=signatures]")).to_contain_text(
        f"{before + 3:,}"
    )
