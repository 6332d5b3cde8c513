"""Tests of exports with their audit events, and of the pack, delivery and receipt."""

import csv
import hashlib
import io

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import loads_until
from tests.browser.organize.packs import Pack
from tests.browser.organize.steps import SLUG, go, look, press

PURPOSE = "For the meeting of our members"
LANDS = [("es", 390, "dark")]
MADE_MS = 240_000


def press_and_wait(visitor, kind):
    """Press the button, and inspect the waiting page as it is before the file is made."""
    visitor.page.route("**/*progress=1", lambda route: route.fulfill(json={"state": "waiting"}))
    press(visitor, kind)
    visitor.page.unroute("**/*progress=1")


def downloaded(visitor):
    """Wait for the file. Return (bytes, digest on the page, number of signatures on it)."""
    page = visitor.page
    link = page.locator("main a[href$='/download']")
    expect(link).to_be_visible(timeout=MADE_MS)
    look(visitor, "export ready")
    with page.expect_download() as waiting:
        link.click()
    content = waiting.value.path().read_bytes()
    return (
        content,
        page.locator(".export-digest").inner_text(),
        int(page.locator("[data-rows]").get_attribute("data-rows")),
    )


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "width", "scheme"), LANDS)
def test_export_goes_from_its_purpose_to_the_file_and_audit_event(
    owner_of_200, lang, width, scheme
):
    odile = owner_of_200(lang=lang, width=width, scheme=scheme)
    page = odile.page
    odile.page_errors.allowed.add(422)
    go(odile, "signatures/", "signatures")
    page.locator("main a[href='/organize/exports/']").click()
    look(odile, "exports")
    page.locator(f"a[href='/organize/exports/{SLUG}']").first.click()
    look(odile, "exports of one")
    page.locator("a[href*='aim=records']").click()
    look(odile, "export")
    page.locator("[name=kind][value=csv]").check()
    press(odile, "export without purpose")
    expect(page.locator("#purpose")).to_have_attribute("aria-invalid", "true")
    page.fill("#purpose", PURPOSE)
    press_and_wait(odile, "export in work")
    content, digest, count = downloaded(odile)
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert (len(lines), hashlib.sha256(content).hexdigest()) == (count, digest)
    assert count >= 200
    go(odile, "audit/?about=exports", "audit of exports")
    expect(page.locator(".audit-row").first).to_contain_text(PURPOSE)
    expect(page.locator(".audit-row").first).to_contain_text(f"{count:,}")
    go(odile, f"exports/{SLUG}", "exports of one with a file")
    page.locator("main tbody a").first.click()
    page.locator("form[action$='/delete'] button").click()
    look(odile, "export deleted")
    expect(page.locator("main tbody")).to_have_count(0)


@pytest.mark.slow
def test_pack_is_opened_and_counted_and_its_receipt_shown_without_script_too(owner_of_200, arrive):
    odile = owner_of_200(width=1440)
    page = odile.page
    go(odile, f"petitions/{SLUG}", "petition with hand-over")
    page.locator(f"a[href='/organize/handovers/{SLUG}']").click()
    look(odile, "delivery")
    page.locator("a[href$='/contents']").click()
    look(odile, "contents of a pack")
    page.locator("[name=details][value=day]").check()
    press(odile, "contents in the next version")
    press(odile, "contents saved")
    page.locator("a[href$='/pack']").click()
    look(odile, "pack")
    page.fill("#purpose", "For the Senate")
    page.locator("[name=lang]").select_option("en")
    press_and_wait(odile, "pack in work")
    content, digest, count = downloaded(odile)
    assert hashlib.sha256(content).hexdigest() == digest
    pack = Pack(content)
    assert pack.files["poster.pdf"].startswith(b"%PDF")
    assert pack.numbers_on_paper() == list(range(1, count + 1))
    assert len(pack.rows()) == count
    go(odile, f"handovers/{SLUG}", "delivery with a pack")
    page.fill("#day", "2026-01-15")
    page.fill("#received_by", "The clerk of the Senate")
    with page.expect_navigation():
        page.locator("form.workspace-form button[type=submit]").click()
    look(odile, "receipt noted")
    public = arrive(scripts=False).page
    public.goto(f"/en/petitions/{SLUG}")
    receipt = public.locator("main", has_text="The clerk of the Senate")
    loads_until(public, receipt.is_visible)
