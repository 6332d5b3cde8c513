"""Tests of signing offline: nothing is lost or doubled, whatever happens to the browser."""

import sqlite3
import time
from contextlib import closing

import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import stored
from tests.browser.modules.actions import until
from tests.browser.served_site import ServedSite
from tests.factories.organisations import DRAWING

MANY = 50
SECONDS = 120


def hatched(served, family, count):
    """Wait until this many signatures of the family have hatched.

    Return their given names, each as often as it is stored.
    """

    def all_hatched():
        found = stored(served, family)
        return len(found) >= count and all(number for _, number in found) and found

    return [given for given, _ in until(all_hatched, SECONDS)]


@pytest.mark.slow
def test_fifty_offline_signatures_survive_a_kill_and_hatch_once(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.context.set_offline(True)
    names = [f"Nombre {number:02}" for number in range(MANY)]
    tablet.sign_quickly(names, "Sinred")
    assert tablet.waiting() == MANY
    tablet.kill()
    assert stored(served, "Sinred") == []

    tablet.start()
    tablet.context.set_offline(True)
    # The app itself comes from the tablet, and continues its count.
    tablet.open().screen("attract")
    tablet.sign("Nombre 50", "Sinred")
    assert [record["sequence"] for record in tablet.kept("queue")] == list(range(1, MANY + 2))

    # The server has rotated its key. What was sealed to the former one still opens.
    served.flask("kiosks", "keys", "rotate")
    tablet.context.set_offline(False)
    assert hatched(served, "Sinred", MANY + 1) == [*names, "Nombre 50"]
    tablet.emptied()


@pytest.mark.slow
def test_browser_killed_during_signing_keeps_all_or_nothing_of_it(new_tablet, served):
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
    # Records go in order, so all earlier ones have been sent when the third has.
    tablet.sign("Tercera", "Apagón")
    tablet.emptied()
    given = hatched(served, "Apagón", 4)
    assert (given.count("Primera"), given.count("Tercera")) == (3, 1)
    assert given.count("Segunda") in (0, 2)


@pytest.mark.slow
def test_two_tabs_that_sync_at_once_send_each_record_once(new_tablet, served):
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


@pytest.mark.slow
def test_server_that_fails_half_way_loses_nothing(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    batches = []

    def lose_first(route):
        """Let the server accept the batch, and lose its answer."""
        if records := route.request.post_data_json["records"]:
            batches.append([record["sequence"] for record in records])
        if len(batches) != 1 or not records:
            return route.continue_()
        assert route.fetch().status == 200
        return route.abort()

    tablet.context.route("**/kiosk/sync", lose_first)
    tablet.sign("Perdida", "Respuesta", 0, 1)
    tablet.emptied()
    assert batches == [[1, 2], [1, 2]]
    assert hatched(served, "Respuesta", 2) == ["Perdida", "Perdida"]


@pytest.mark.slow
def test_tablet_that_cannot_store_a_signature_thanks_nobody(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.choose()
    tablet.fill("Rosa", "Llena")
    # The disk is full: from here on nothing can be written.
    tablet.page.evaluate(
        "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    tablet.page.locator("[data-act=sign]").click()
    tablet.page.get_by_text(sentence(tablet.page, "not_kept")).wait_for()
    assert tablet.page.locator("[data-field=given_name]").input_value() == "Rosa"
    assert tablet.waiting() == 0


ADD_MARK = """insert into organisation_image (organisation_id, purpose, media_type, data, width, height, digest)
  select id, 'mark', 'image/svg+xml', ?, 40, 40, '0123456789abcdef' from organisation where is_host"""
# Each process reads the organizations again after two seconds.
KNOWN_SECONDS = 3
SHOWN_MARK = """() => { const image = document.querySelector("main [data-mark]");
  return !image.hidden && image.complete && image.naturalWidth > 0; }"""


@pytest.fixture
def site_with_mark(tmp_path):
    """A separate site, whose host has a square mark."""
    var = tmp_path / "site"
    var.mkdir()
    site = ServedSite(var).start()
    with closing(sqlite3.connect(var / "volante.sqlite3", timeout=10)) as database, database:
        database.execute(ADD_MARK, [DRAWING])
    time.sleep(KNOWN_SECONDS)
    yield site
    site.stop()


@pytest.mark.slow
def test_mark_of_the_organization_is_shown_offline(new_tablet, site_with_mark):
    tablet = new_tablet(at=site_with_mark).pair().begin()
    assert until(lambda: tablet.page.evaluate(SHOWN_MARK), SECONDS)
    tablet.context.set_offline(True)
    tablet.open().screen("attract")
    assert until(lambda: tablet.page.evaluate(SHOWN_MARK), SECONDS)
