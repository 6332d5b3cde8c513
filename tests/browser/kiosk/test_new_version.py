"""The app renews itself while its queue is full: never under somebody's fingers, and without losing a record."""

import pytest

from tests.browser.kiosk.newer_site import newer_site
from tests.browser.kiosk.tablet import stored
from tests.browser.modules.actions import until

VERSION = "() => caches.keys().then((names) => names.filter((name) => name !== 'volante-kiosk-campaign').sort())"
# What the clock does every quarter of an hour.
LOOK = "async () => { await (await navigator.serviceWorker.getRegistration('/kiosk/')).update(); }"
WAITS = "async () => Boolean((await navigator.serviceWorker.getRegistration('/kiosk/')).waiting)"
# Short of what would ask whether anybody is still there.
A_WHILE_MS = 40_000


@pytest.fixture
def site(witnessing):
    with newer_site(witnessing) as site:
        yield site


def test_a_new_version_waits_for_whoever_signs_and_then_sends_the_old_queue(new_tablet, site):
    tablet = new_tablet(at=site, reduced_motion="reduce").pair().begin()
    page = tablet.page
    page.clock.install()
    [before] = page.evaluate(VERSION)
    tablet.answered(503)
    tablet.sign_quickly(["Vieja"], "Versiones")
    tablet.choose()
    tablet.fill("Atareada", "Versiones")

    site.is_newer = True
    page.evaluate(LOOK)
    until(lambda: page.evaluate(WAITS))
    page.evaluate("() => { window.isOld = true; }")
    # It is there, and leaves whoever signs in peace.
    page.clock.run_for(A_WHILE_MS)
    assert page.evaluate("window.isOld")
    assert page.locator("[data-field=given_name]").input_value() == "Atareada"
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    assert page.evaluate("window.isOld")
    tablet.page.locator("[data-act=next]").click()
    page.wait_for_function("() => !window.isOld")
    tablet.screen("attract")
    assert page.evaluate(VERSION) != [before]
    assert tablet.waiting() == 2

    tablet.answered(0)
    tablet.emptied()
    assert sorted(name for name, _ in stored(site, "Versiones")) == ["Atareada", "Vieja"]
