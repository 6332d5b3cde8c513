"""Cause faults while tablets send, and check their records afterwards."""

import os
import signal
import time
from contextlib import suppress
from itertools import cycle

from tests.faults.records import query_rows
from tests.faults.running_site import wait_until

PERSONS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def name_of(place, number):
    """Return the given name of a person at the tablet at `place`.

    The name is unique even among names that the server treats as equal.
    """
    return f"Zora {PERSONS[place]}{PERSONS[number % 26]}{PERSONS[number // 26 % 26]}{PERSONS[number // 676]}"


def cause_faults(site, chance, is_done, others=()):
    """Cause faults until `is_done`.

    In turn, kill a web process, the worker and its runner, and run each of `others`. Once, cut the
    power of the whole site.
    """
    turns = [
        lambda: _kill(site.web),
        lambda: _kill(site.worker),
        lambda: _kill(site.runner),
        *others,
    ]
    chance.shuffle(turns)
    cut = chance.randrange(2, 6)
    for number, turn in enumerate(cycle(turns)):
        if number > cut and is_done():
            return
        time.sleep(0.3 + chance.random())
        if number == cut:
            site.kill_all()
            site.start()
        else:
            turn()


def _kill(process):
    with suppress(StopIteration, TypeError, ProcessLookupError):
        os.kill(process(), signal.SIGKILL)


def check_records(site, receipts):
    """Fail unless the site's records match the receipts by id, and each counts once.

    Return the rows of its records.
    """
    records = query_rows(
        site, "select kiosk_id, sequence, uuid, status, reason, signature_id from kiosk_record"
    )
    assert len(records) == len(receipts)
    # A tablet is not told who had signed already.
    expected = {
        row.uuid: ("stored", "") if row.reason == "duplicate" else (row.status, row.reason)
        for row in records
    }
    assert expected == {
        uuid: (receipt["status"], receipt["reason"]) for uuid, receipt in receipts.items()
    }
    in_person = query_rows(site, "select id from signature where evidence = 'in_person'")
    assert sorted(row.signature_id for row in records if row.status == "stored") == sorted(
        row.id for row in in_person
    )
    wait_until(
        lambda: not query_rows(site, "select 1 from signature where state = 'confirmed' limit 1")
    )
    code, output = site.flask("signatures", "audit")
    assert code == 0, output
    return records
