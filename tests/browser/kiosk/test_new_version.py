"""The app renews itself while its queue is full: never under somebody's fingers, and without losing a record."""

from tests.browser.kiosk.tablet import stored

VERSION = "() => caches.keys().then((names) => names.filter((name) => name !== 'volante-kiosk-campaign').sort())"
# What the service worker is asked for by the clock every quarter of an hour.
LOOK = "async () => { await (await navigator.serviceWorker.getRegistration('/kiosk/')).update(); }"
WAITS = "async () => Boolean((await navigator.serviceWorker.getRegistration('/kiosk/')).waiting)"


def test_a_new_version_waits_for_whoever_signs_and_then_sends_the_old_queue(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    [before] = page.evaluate(VERSION)
    tablet.answered(503)
    tablet.sign_quickly(["Vieja"], "Versiones")
    tablet.choose()
    tablet.fill("Atareada", "Versiones")

    def newer(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"version": "', '"version": "newer-', 1))

    tablet.context.route("**/kiosk/worker.js", newer)
    page.evaluate(LOOK)
    page.wait_for_function(WAITS)
    page.evaluate("() => { window.isOld = true; }")
    # It is there, and leaves whoever signs in peace.
    page.wait_for_timeout(1500)
    assert page.evaluate("window.isOld")
    assert page.locator("[data-field=given_name]").input_value() == "Atareada"
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    assert page.evaluate("window.isOld")
    tablet.next_person()
    page.wait_for_function("() => !window.isOld")
    tablet.screen("attract")
    assert page.evaluate(VERSION) != [before]
    assert tablet.waiting() == 2

    tablet.answered(0)
    tablet.emptied()
    assert sorted(name for name, _ in stored(served, "Versiones")) == ["Atareada", "Vieja"]
