"""Three tablets send a thousand signatures while processes are killed again and again: nothing is lost, nothing counts twice."""

import json
import os
import random
import re
import signal
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

import pytest

from tests import databases
from tests.factories.kiosks import envelope, seal, signature
from tests.faults.plain_site import LOSSES, PlainSite, wait_until
from tests.faults.records import asked

TABLETS, EACH, BATCH = 3, 334, 12
EVENT, PETITION = "table", "victims-law"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE = re.compile(r"\b([2-9A-Z]{4}-[2-9A-Z]{4})\b")
POWER_CUTS = 1
PAUSE = 0.15


class Tablet:
    """A tablet whose queue survives whatever happens: only a receipt takes a record out of it."""

    def __init__(self, site, place, chance):
        self._site, self._place, self._chance = site, place, chance
        _, said = site.flask("kiosks", "pair", EVENT)
        self._headers = {}
        paired = self._ask("/kiosk/pairings", {"code": CODE.search(said)[1], "app": "1"})
        self._headers = {"Authorization": f"Bearer {paired['secret']}"}
        key = self._ask("/kiosk/campaign.json")["key"]
        self.queue = [
            seal(paired["kiosk"], key, number, signature(PETITION, self._person(number))) for number in range(1, EACH + 1)
        ]
        self.sent = {record["id"]: record for record in self.queue}
        self.receipts = {}

    def send_all(self):
        while self.queue:
            self.sync()
            time.sleep(PAUSE * self._chance.random())

    def sync(self):
        """Send a batch, and with it some that were acknowledged before, as another tab would that has not heard of it yet."""
        again = self._chance.sample(sorted(self.receipts), min(2, len(self.receipts)))
        batch = [*self.queue[:BATCH], *(self.sent[uuid] for uuid in again)]
        answer = self._ask("/kiosk/sync", envelope(batch, waiting=len(self.queue), last_sequence=EACH))
        if answer is None:
            return
        for receipt in answer["receipts"]:
            assert self.receipts.setdefault(receipt["id"], receipt) == receipt
        self.queue = [record for record in self.queue if record["id"] not in self.receipts]

    def _person(self, number):
        """Every hundredth person stands at all tablets."""
        place = 0 if number % 100 == 0 else self._place + 1
        name = LETTERS[place] + LETTERS[number % 26] + LETTERS[number // 26]
        return {"given_name": f"Zora {name}", "family_name": "Rosales", "country": "MX", "postal_code": "06600"}

    def _ask(self, path, body=None):
        """Return what was answered well, or None."""
        connection = HTTPConnection("127.0.0.1", self._site.port, timeout=10)
        with suppress(HTTPException, *LOSSES):
            connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, self._headers)
            answer = connection.getresponse()
            words = answer.read()
            if answer.status in (200, 201):
                return json.loads(words)
        return None


@pytest.fixture(params=databases.KINDS)
def site(request, tmp_path):
    """A running site on each kind of database, where a witness is enough."""
    site = PlainSite(tmp_path, databases.fresh(request.param) if request.param == "postgresql" else None)
    site.start()
    asked(site, "update petition set confirmation = 'email_or_witness'")
    yield site
    site.stop()


def kill(site, chance, is_done):
    """Until `is_done`, kill one process or the other, and once all of them at the same instant, in the middle of what they do."""
    cuts = 0
    while not is_done():
        time.sleep(0.3 + chance.random())
        if cuts < POWER_CUTS and chance.random() < 0.5:
            cuts += 1
            site.kill_all()
            site.start()
            continue
        victim = chance.choice((site.worker, site.web))
        with suppress(StopIteration, TypeError, ProcessLookupError):
            os.kill(victim(), signal.SIGKILL)
    while cuts < POWER_CUTS:
        cuts += 1
        site.kill_all()
        site.start()


def test_what_tablets_got_receipts_for_is_there_once_and_counted(site):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    tablets = [Tablet(site, place, random.Random(seed + place)) for place in range(TABLETS)]
    threads = [threading.Thread(target=tablet.send_all, daemon=True) for tablet in tablets]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    kill(site, random.Random(seed), lambda: time.monotonic() - began > 50 or not any(map(threading.Thread.is_alive, threads)))
    for thread in threads:
        thread.join(30)
    assert [tablet.queue for tablet in tablets] == [[]] * TABLETS

    sent = {uuid for tablet in tablets for uuid in tablet.sent}
    receipts = {uuid: receipt for tablet in tablets for uuid, receipt in tablet.receipts.items()}
    assert receipts.keys() == sent
    kept = asked(site, "select uuid, status, reason, signature_id from kiosk_record")
    assert {row.uuid: (row.status, row.reason) for row in kept} == {
        uuid: (receipt["status"], receipt["reason"]) for uuid, receipt in receipts.items()
    }
    assert len(kept) == len(sent) == TABLETS * EACH
    # Of each who stood at all tablets one signature counts; nobody else was turned away.
    stored = [row for row in kept if row.status == "stored"]
    assert len(kept) - len(stored) == (TABLETS - 1) * (EACH // 100)
    assert {row.reason for row in kept} == {"", "duplicate"}
    in_person = asked(site, "select id from signature where evidence = 'in_person'")
    assert sorted(row.signature_id for row in stored) == sorted(row.id for row in in_person)
    wait_until(lambda: not asked(site, "select 1 from signature where state = 'confirmed' limit 1"), 20)
    code, said = site.flask("signatures", "audit")
    assert code == 0, said
