"""Tests of a thousand signatures from three tablets while processes are killed.

Nothing is lost, and nothing counts twice.
"""

import json
import random
import re
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

import pytest

from tests.factories.kiosks import envelope, seal, signature
from tests.faults.chaos import cause_faults, check_records, name_of
from tests.faults.running_site import LOSSES

pytestmark = pytest.mark.slow

TABLETS, EACH, BATCH = 3, 334, 12
EVENT, PETITION = "table", "victims-law"
CODE = re.compile(r"\b([2-9A-Z]{4}-[2-9A-Z]{4})\b")
MISFORTUNE_SECONDS = 25
PAUSE = 0.15


class Tablet:
    """A tablet whose queue survives everything: only a receipt removes a record."""

    def __init__(self, site, place, chance):
        self._site, self._place, self._chance = site, place, chance
        _, output = site.flask("kiosks", "pair", EVENT)
        self._headers = {}
        paired = self._ask("/kiosk/pairings", {"code": CODE.search(output)[1], "app": "1"})
        self._headers = {"Authorization": f"Bearer {paired['secret']}"}
        key = self._ask("/kiosk/campaign.json")["key"]
        self.queue = [
            seal(paired["kiosk"], key, number, signature(PETITION, self._person(number)))
            for number in range(1, EACH + 1)
        ]
        self.sent = {record["id"]: record for record in self.queue}
        self.receipts = {}

    def send_all(self):
        while self.queue:
            self.sync()
            time.sleep(PAUSE * self._chance.random())

    def sync(self):
        """Send a batch with some acknowledged records, as another tab would before it knows."""
        again = self._chance.sample(sorted(self.receipts), min(2, len(self.receipts)))
        batch = [*self.queue[:BATCH], *(self.sent[uuid] for uuid in again)]
        answer = self._ask(
            "/kiosk/sync", envelope(batch, waiting=len(self.queue), last_sequence=EACH)
        )
        if answer is None:
            return
        for receipt in answer["receipts"]:
            assert self.receipts.setdefault(receipt["id"], receipt) == receipt
        self.queue = [record for record in self.queue if record["id"] not in self.receipts]

    def _person(self, number):
        """Return the person for a number. Every hundredth signs at all tablets."""
        place = 0 if number % 100 == 0 else self._place + 1
        return {
            "given_name": name_of(place, number),
            "family_name": "Rosales",
            "country": "MX",
            "postal_code": "06600",
        }

    def _ask(self, path, body=None):
        """Return a successful response, or None."""
        connection = HTTPConnection("127.0.0.1", self._site.port, timeout=10)
        with suppress(HTTPException, *LOSSES):
            connection.request(
                "POST" if body else "GET", path, json.dumps(body) if body else None, self._headers
            )
            answer = connection.getresponse()
            words = answer.read()
            if answer.status in (200, 201):
                return json.loads(words)
        return None


@pytest.mark.one_database
def test_records_with_receipts_are_stored_once_and_counted(site):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    tablets = [Tablet(site, place, random.Random(seed + place)) for place in range(TABLETS)]
    threads = [threading.Thread(target=tablet.send_all, daemon=True) for tablet in tablets]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    cause_faults(
        site,
        random.Random(seed),
        lambda: (
            time.monotonic() - began > MISFORTUNE_SECONDS
            or not any(map(threading.Thread.is_alive, threads))
        ),
    )
    for thread in threads:
        # A busy machine needs longer for the rest of the queue.
        thread.join(120)
    assert [tablet.queue for tablet in tablets] == [[]] * TABLETS

    sent = {uuid for tablet in tablets for uuid in tablet.sent}
    receipts = {uuid: receipt for tablet in tablets for uuid, receipt in tablet.receipts.items()}
    assert receipts.keys() == sent
    kept = check_records(site, receipts)
    # Of each person at all tablets one signature counts. Nobody else was refused.
    assert sum(row.status == "review" for row in kept) == (TABLETS - 1) * (EACH // 100)
    assert {row.reason for row in kept} == {"", "duplicate"}
