"""Tests of paper: sheets typed in by keyboard and undone, and an uploaded list."""

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import SLUG, go, look, press

LIST = "Nombre;Apellidos;Correo;C.P.;País\nZora;Quetzalli;zora@correo;06600;México\nAna;Torres;;06600;México\n"
SOON_MS = 30_000


def cell(page, place, field):
    return page.locator(f"[name='cell:{place}:{field}']")


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "width", "scheme"), [("en", 1440, "light"), ("fr", 390, "dark")])
def test_sheet_goes_from_the_printer_to_the_count_and_is_undone(owner, served, lang, width, scheme):
    odile = owner(lang=lang, width=width, scheme=scheme)
    page, keys = odile.page, odile.page.keyboard
    odile.page_errors.allowed.add(422)
    go(odile, "imports/", "paper")
    go(odile, f"imports/print?petition={SLUG}", "printing")
    page.fill("[name=sheets]", "2")
    press(odile, "printed sheets")
    pdf = page.request.get(page.get_attribute("a[href$='.pdf']", "href"))
    assert pdf.body().startswith(b"%PDF")
    page.locator(".serials a").first.click()
    look(odile, "sheet to type")
    page.select_option("[name=country]", "MX")
    press(odile, "grid")

    # From here on the test uses only the keyboard.
    expect(page.locator("[data-more]")).to_be_visible()
    cell(page, 1, "given_name").focus()
    for words in (
        ("Zora", "Quetzalli", "", "", "06600"),
        ("Ñuu", "Torres", f"nuu.{lang}@correo", '"', '"'),
    ):
        for word in words:
            keys.type(word)
            keys.press("Enter")
        for _rest in range(page.locator("[data-line='1'] [data-cell]").count() - len(words)):
            keys.press("Enter")
    expect(cell(page, 2, "postal_code")).to_have_value("06600")
    expect(cell(page, 3, "given_name")).to_be_focused()
    expect(page.locator("[data-status]")).to_have_attribute("data-is", "saved", timeout=SOON_MS)
    expect(cell(page, 2, "email")).to_have_attribute("aria-invalid", "true", timeout=SOON_MS)
    keys.press("ArrowUp")
    expect(cell(page, 2, "given_name")).to_be_focused()
    keys.press("Tab")
    keys.press("Tab")
    with page.expect_response(
        lambda answer: b"correo.mx" in (answer.request.post_data_buffer or b"")
    ):
        keys.type(f"nuu.{lang}@correo.mx")
    page.reload()
    expect(cell(page, 2, "email")).to_have_value(f"nuu.{lang}@correo.mx")
    page.locator(".grid-bar [type=submit]").focus()
    keys.press("Enter")
    expect(page.locator(".bring-in")).to_be_visible()
    look(odile, "dry run")
    page.locator(".bring-in [type=submit]").focus()
    keys.press("Enter")
    expect(page.locator(".alert--danger")).to_be_visible()
    look(odile, "not attested")
    page.locator("[name=attested]").focus()
    keys.press("Space")
    page.locator(".bring-in [type=submit]").focus()
    keys.press("Enter")
    expect(page.locator(".alert--success")).to_be_visible()
    look(odile, "came in")
    batch = page.url
    page.locator(".import-rows a").first.click()
    expect(page.locator("h1")).to_contain_text("Zora")
    expect(page.locator(".signature-number, .signature-state")).to_be_visible()
    page.goto(batch)
    page.locator("summary.button--danger").click()
    page.fill("[name=reason]", "Typed into the wrong petition")
    page.locator("details [type=submit].button--danger").click()
    expect(page.locator(".alert--success")).to_be_visible()
    look(odile, "undone")
    # The command fails where a count and the signatures differ.
    served.flask("signatures", "audit")


@pytest.mark.slow
def test_uploaded_list_is_matched_corrected_and_imported(owner):
    odile = owner(width=820)
    page = odile.page
    go(odile, f"imports/upload?petition={SLUG}", "upload")
    page.set_input_files(
        "[name=file]",
        {"name": "lista.csv", "mimeType": "text/csv", "buffer": LIST.encode("cp1252")},
    )
    press(odile, "columns")
    expect(page.locator("[name=column-3]")).to_have_value("postal_code")
    page.fill("[name=signed_on]", "2026-11-20")
    page.locator(".match-more [type=submit]").click()
    look(odile, "wrong rows")
    cell(page, 2, "email").fill("zora.lista@correo.mx")
    page.locator(".correction-rows + .actions [type=submit]").click()
    look(odile, "mended")
    expect(page.locator(".bring-in")).to_be_visible()
    page.locator(".batch-footer form").last.locator("button").click()
    expect(page.locator(".alert--success")).to_be_visible()


@pytest.mark.slow
def test_sheet_typed_offline_stays_in_the_page_and_is_saved_later(owner):
    odile = owner(width=1440)
    page = odile.page
    go(odile, f"imports/type?petition={SLUG}&lang=en", "sheet to type")
    page.fill("[name=sheet]", "Offline 1")
    press(odile, "grid")
    cell(page, 1, "given_name").fill("Before")
    status = page.locator("[data-status]")
    expect(status).to_have_attribute("data-is", "saved", timeout=SOON_MS)
    odile.page_errors.allowed.add("net::ERR_INTERNET_DISCONNECTED")
    odile.context.set_offline(True)
    cell(page, 1, "family_name").fill("After")
    expect(status).to_have_attribute("data-is", "offline", timeout=SOON_MS)
    odile.context.set_offline(False)
    expect(status).to_have_attribute("data-is", "saved", timeout=SOON_MS)
    assert "After" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    page.reload()
    expect(cell(page, 1, "family_name")).to_have_value("After")
