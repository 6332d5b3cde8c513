"""Tests of the main journeys in the two engines that are not Chromium."""

import re
import time

import pytest

from tests.browser.kiosk.tablet import CODE, PIN, stored

pytestmark = [pytest.mark.slow, pytest.mark.every_case]

SECONDS = 60


def until_hatched(site, family, count):
    """Wait until this many signatures of the family have hatched. Return their given names."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = stored(site, family)
        if len(found) >= count and all(number for _, number in found):
            return [given for given, _ in found]
        time.sleep(0.1)
    raise AssertionError(found)


def email_to(site, address):
    """Return the confirmation link in the newest email."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for path in (site.var / "mail").glob("**/*"):
            if path.is_file() and address.encode() in (content := path.read_bytes()):
                return re.search(rb"http://\S+/confirm/[\w.-]+", content)[0].decode()
        time.sleep(0.1)
    raise AssertionError(f"No email to {address}")


def sign_at_the_table(engine, given, family):
    engine.click("[data-sign-buttons] [lang=en]")
    engine.screen("petitions")
    engine.click("[data-pick]")
    engine.click("[data-act=onward]")
    engine.screen("form")
    for name, words in {
        "given_name": given,
        "family_name": family,
        "postal_code": "M5V 2T6",
    }.items():
        engine.type(f"[data-field={name}]", words)
    engine.choose("[data-field=country]", "CA")
    engine.click("[data-act=sign]")
    engine.screen("thanks", "attract")
    engine.run("document.querySelector('[data-act=next]')?.click()")
    engine.screen("attract")


def test_visitor_reads_signs_confirms_and_becomes_a_butterfly(start, site):
    engine = start(site)
    family = f"Otromotor {type(engine.carrier).__name__}"
    address = f"amalia.{type(engine.carrier).__name__.lower()}@correo.mx"
    engine.go("/es/petitions/find-the-43")
    form = "#sign form"
    for name, words in {
        "given_name": "Amalia",
        "family_name": family,
        "email": address,
        "postal_code": "50000",
    }.items():
        engine.type(f"{form} [name={name}]", words)
    engine.choose(f"{form} [name=country]", "MX")
    engine.click(f"{form} button[type=submit]")
    engine.until("location.pathname.endsWith('/thanks')")

    engine.go(email_to(site, address))
    engine.click("main form button[type=submit]")
    assert until_hatched(site, family, 1) == ["Amalia"]
    [(_, number)] = stored(site, family)
    # The page replaces itself to show the number. It must not do so during the next navigation.
    engine.until("document.querySelector('.hatched-number')")
    # The montage draws with or without the graphics card, and finds the butterfly.
    engine.go(f"/es/causes/butterflies-for-mexico/montage?n={number}")
    engine.until("document.querySelector('.stage.is-drawn canvas')")


def test_tablet_signs_offline_and_sends_each_signature_once(start, site):
    engine = start(site)
    family = f"Tableta {type(engine.carrier).__name__}"
    engine.go("/kiosk/")
    engine.type("#k-code", CODE.search(site.flask("kiosks", "pair", "table", "--pin", PIN))[1])
    engine.click("[data-act=pair]")
    engine.until("document.querySelector('main [data-light][data-is=on]')")
    engine.click("[data-act=begin]")
    engine.screen("attract")

    site.stop()
    try:
        sign_at_the_table(engine, "Primera", family)
        sign_at_the_table(engine, "Segunda", family)
        if engine.carrier.keeps_its_profile:
            engine.kill()
            engine = start(site)
        # The app itself comes from the tablet.
        engine.go("/kiosk/")
        engine.screen("attract")
        sign_at_the_table(engine, "Tercera", family)
        assert engine.waiting() == 3
    finally:
        site.start()
    engine.run("window.dispatchEvent(new Event('online'))")
    assert until_hatched(site, family, 3) == ["Primera", "Segunda", "Tercera"]
    end = time.monotonic() + SECONDS
    while engine.waiting():
        assert time.monotonic() < end
        time.sleep(0.1)
