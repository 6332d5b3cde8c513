"""Tests of `flask kiosks`."""

import re

from campaign.kiosk.queries import pin_of
from campaign.kiosk.records.key_pairs import present_key
from tests.factories.kiosks import Tablet, make_table, make_tablet

CODE = re.compile(r"\b([2-9A-Z]{4}-[2-9A-Z]{4})\b.*\b\d\d:\d\d UTC")


def test_tablet_is_paired_by_the_printed_code(run, client):
    event, _ = make_table()
    output = run("kiosks", "pair", event.slug, "--name", "By the door").output
    tablet = Tablet(client, CODE.search(output)[1])
    assert tablet.name == "By the door"
    assert "http://localhost/kiosk" in output and "█" in output
    assert re.search(r"PIN\b.*\bfair\b.*\b\d{6}\b", output)
    assert pin_of(event.id)
    # The second pairing keeps the PIN.
    assert "PIN" not in run("kiosks", "pair", event.slug).output


def test_wrong_event_or_pin_is_refused(run):
    event, _ = make_table()
    for done in (
        run("kiosks", "pair", "nowhere"),
        run("kiosks", "pair", event.slug, "--pin", "12"),
    ):
        assert done.exit_code != 0
        assert not CODE.search(done.output)


def test_list_shows_what_waits(run, client):
    event, _ = make_table()
    make_tablet(client, event).sync(waiting=7)
    output = run("kiosks", "list").output
    assert re.search(r"\b1 +fair +\S.* +\d{4}-\d\d-\d\d \d\d:\d\d +7", output)


def test_key_is_rotated(run, client):
    event, _ = make_table()
    make_tablet(client, event)
    before = present_key().uuid
    output = run("kiosks", "keys", "rotate").output
    assert present_key().uuid != before
    assert present_key().uuid in output
