"""Tests of an organizer's first day, from the invitation to the next sign-in."""

import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import accept, go, look, press
from tests.factories.organizers import PASSWORD

LANDS = [("es", 1440, "light"), ("fr", 390, "dark")]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def sign_out(visitor):
    menu = visitor.page.locator(".sidebar-menu > summary")
    if menu.is_visible():
        place = menu.bounding_box()
        menu.click()
        assert menu.bounding_box() == place
        look(visitor, "menu")
    visitor.page.locator(".sidebar-footer:visible form button").click()
    look(visitor, "door")


@pytest.mark.parametrize(("lang", "width", "scheme"), LANDS)
def test_invitation_opens_the_overview_and_sign_in_works_again(newcomer, lang, width, scheme):
    odile = newcomer(lang=lang, width=width, scheme=scheme)
    page = odile.page
    odile.page_errors.allowed.add(422)
    accept(odile)
    expect(page).to_have_url("/organize/account/second-factor")
    go(odile, "account/second-factor/app", "app")
    secret = page.locator(".app-key").inner_text().replace(" ", "")
    page.fill("[name=code]", "000000")
    press(odile, "app refused")
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    press(odile, "codes")
    code = page.locator(".recovery-codes li").first.inner_text()
    press(odile, "overview")
    expect(page.locator("main h2").first).to_be_visible()
    for path, kind in (
        ("people/", "people"),
        ("people/invite", "invite"),
        ("audit/", "audit"),
        ("keys/", "keys"),
        ("organisations/", "organisation"),
        ("organisations/new", "new organisation"),
        ("site", "settings"),
        ("account", "account"),
    ):
        go(odile, path, kind)
        expect(page.locator("html")).to_have_attribute("lang", lang)
    sign_out(odile)
    page.fill("[name=email]", odile.email)
    page.fill("[name=password]", "wrong")
    press(odile, "door refused")
    page.fill("[name=password]", PASSWORD)
    press(odile, "second step")
    page.fill("[name=code]", code)
    press(odile, "overview by recovery code")
    expect(page).to_have_url("/organize/")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1440])
def test_passkey_is_created_and_signs_in_without_a_password(newcomer, width):
    odile = newcomer(width=width)
    page = odile.page
    device = odile.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    accept(odile)
    page.fill("#name", "Telephone")
    page.locator(".passkey button").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    press(odile, "overview after passkey")
    go(odile, "account/second-factor", "second factor with passkey")
    expect(page.locator("main tbody th")).to_have_text("Telephone")
    sign_out(odile)
    page.locator(".passkey button").click()
    expect(page).to_have_url("/organize/")
    sign_out(odile)
    page.fill("[name=email]", odile.email)
    page.fill("[name=password]", PASSWORD)
    press(odile, "second step with passkey")
    page.locator(".passkey button").click()
    expect(page).to_have_url("/organize/")


@pytest.mark.slow
def test_error_of_an_unresponsive_device_is_shown_beside_the_button(newcomer):
    odile = newcomer()
    page = odile.page
    accept(odile)
    device = odile.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, "isUserVerified": False}}
    )
    page.locator(".passkey button").click()
    expect(page.locator(".passkey .error")).to_be_visible()
    expect(page.locator(".passkey button")).to_be_enabled()


def test_editor_sees_only_permitted_pages_without_script_too(newcomer):
    teo = newcomer("editor", scripts=False)
    teo.page.fill("[name=name]", "Teo Brandt")
    teo.page.fill("[name=password]", PASSWORD)
    teo.page.locator("main form button[type=submit]").click()
    expect(teo.page).to_have_url("/organize/")
    hrefs = teo.page.locator(".sidebar-nav--wide a").evaluate_all(
        "links => links.map((link) => link.pathname)"
    )
    assert "/organize/people/" not in hrefs
    teo.page_errors.allowed.add(403)
    assert teo.page.goto("/organize/people/").status == 403
    expect(teo.page.locator("main h1")).to_be_visible()
    expect(teo.page.locator("main")).not_to_contain_text("@")
