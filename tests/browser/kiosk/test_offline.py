"""Signing without a network: nothing lost, nothing twice, whatever happens to the browser meanwhile."""

import time

from tests.browser.kiosk.tablet import stored

MANY = 50
SECONDS = 30


def hatched(served, family, count):
    """Wait until so many signatures of that family have hatched; return their given names, each as often as it is stored."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = stored(served, family)
        if len(found) >= count and all(number for _, number in found):
            break
        time.sleep(0.2)
    return [given for given, number in found if number]


def test_fifty_sign_offline_the_browser_is_killed_and_all_hatch_once(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.context.set_offline(True)
    names = [f"Nombre {number:02}" for number in range(MANY)]
    tablet.sign_quickly(names, "Sinred")
    assert tablet.waiting() == MANY
    tablet.kill()
    assert stored(served, "Sinred") == []

    tablet.start()
    tablet.context.set_offline(True)
    # The app itself comes from the tablet, and goes on counting where it was.
    tablet.open().screen("attract")
    tablet.sign("Nombre 50", "Sinred")
    assert [record["sequence"] for record in tablet.kept("queue")] == list(range(1, MANY + 2))

    tablet.context.set_offline(False)
    assert hatched(served, "Sinred", MANY + 1) == [*names, "Nombre 50"]
    tablet.page.wait_for_timeout(500)
    assert tablet.waiting() == 0


def test_a_browser_killed_while_somebody_signs_has_all_or_nothing_of_them(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.context.set_offline(True)
    tablet.sign("Primera", "Apagón", 0, 1, 2)
    tablet.next_person()
    tablet.choose(0, 1)
    tablet.fill("Segunda", "Apagón")
    tablet.page.locator("[data-act=sign]").dispatch_event("click")
    tablet.kill()

    tablet.start()
    tablet.open().screen("attract")
    assert len(hatched(served, "Apagón", 3)) in (3, 5)
    tablet.sign("Tercera", "Apagón")
    given = hatched(served, "Apagón", 4)
    assert (given.count("Primera"), given.count("Tercera")) == (3, 1)
    assert given.count("Segunda") in (0, 2)


def test_two_tabs_that_cross_send_each_record_once(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    first = tablet.page
    second = tablet.context.new_page()
    tablet.context.set_offline(True)
    second.goto("/kiosk/")
    for turn in range(3):
        for tab, page in enumerate((first, second)):
            tablet.page = page
            page.bring_to_front()
            tablet.screen("attract")
            tablet.sign(f"Pestaña {tab}{turn}", "Cruzada")
            tablet.next_person()
    assert [record["sequence"] for record in tablet.kept("queue")] == [1, 2, 3, 4, 5, 6]
    tablet.context.set_offline(False)
    assert len(set(hatched(served, "Cruzada", 6))) == 6
    assert len(stored(served, "Cruzada")) == 6


def test_a_server_that_fails_half_way_loses_nothing(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    # It takes the batch in, and then the answer is lost on the way.
    answers = []

    def lose(route):
        answers.append(route.fetch().status)
        route.abort()

    tablet.context.route("**/kiosk/sync", lose)
    tablet.sign("Perdida", "Respuesta")
    hatched(served, "Respuesta", 1)
    assert tablet.waiting() == 1
    tablet.context.unroute("**/kiosk/sync", lose)
    tablet.next_person()
    tablet.sign("Otra", "Respuesta")
    assert hatched(served, "Respuesta", 2) == ["Otra", "Perdida"]
    assert answers.count(200) >= 1
    tablet.page.wait_for_timeout(500)
    assert tablet.waiting() == 0


def test_a_tablet_that_cannot_keep_a_signature_thanks_nobody(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.choose()
    tablet.fill("Rosa", "Llena")
    # The disk is full: from here on nothing can be written.
    tablet.page.evaluate(
        "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    tablet.page.locator("[data-act=sign]").click()
    tablet.page.get_by_text("so you have not signed").wait_for()
    assert tablet.page.locator("[data-field=given_name]").input_value() == "Rosa"
    assert tablet.waiting() == 0
