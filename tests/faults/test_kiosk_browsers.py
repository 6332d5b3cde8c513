"""Tests of signatures on three tablets while browsers and servers are killed.

Outside CI, there are a thousand. Each signature that was thanked for is stored once.
"""

import os
import random
import time
from collections import Counter, defaultdict

import pytest

from tests.browser.kiosk.tablet import CODE
from tests.browser.needed import needed_chromium
from tests.faults.chaos import cause_faults, check_records
from tests.faults.records import query_rows
from tests.faults.running_site import RunningSite
from tests.faults.tablet_thread import FAMILY, TabletThread

pytestmark = pytest.mark.slow

TABLETS, EVENT = 3, "table"
# Each signs three petitions. The time of CI is limited.
SIGNERS, SIGNATURES = (48, 400) if os.environ.get("CI") else (112, 1000)
MISFORTUNE_SECONDS = 30
PAIRING_SECONDS = 180


@pytest.fixture
def site(tmp_path):
    """A running site, at whose table the volunteers' witness is enough."""
    site = RunningSite(tmp_path)
    # They sign faster than any table, and continue until each browser was killed once.
    site.environment["KIOSK_HOURLY_QUOTA"] = "1000000"
    site.start()
    query_rows(site, "update petition set confirmation = 'email_or_witness'")
    yield site
    site.stop()


@pytest.fixture
def threads(site):
    path, threads = needed_chromium(), []
    for place in range(TABLETS):
        _, output = site.flask("kiosks", "pair", EVENT)
        threads.append(TabletThread(site, place, path, CODE.search(output)[1], SIGNERS))
        threads[-1].start()
    assert all(thread.paired.wait(PAIRING_SECONDS) for thread in threads), [
        thread.failure for thread in threads
    ]
    return threads


@pytest.mark.browser
def test_thanked_signers_are_stored_once_whatever_was_killed(site, threads):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    enough = time.monotonic() + MISFORTUNE_SECONDS

    def is_done():
        lasted = time.monotonic() > enough and all(thread.deaths for thread in threads)
        return lasted or not any(thread.is_alive() for thread in threads)

    cause_faults(site, random.Random(seed), is_done, [thread.cut_power for thread in threads])
    for thread in threads:
        # The thread ends on its own as soon as it makes no more progress.
        thread.join()
    assert [thread.failure for thread in threads] == [None] * TABLETS
    assert all(thread.deaths and thread.by_hand for thread in threads)

    # Each person signed all the petitions, or none of them.
    petition_count = threads[0].petition_count
    sent = Counter(
        row.given_name
        for row in query_rows(
            site, f"select given_name from signature where family_name = '{FAMILY}'"
        )
    )
    thanked = {name for thread in threads for name in thread.thanked}
    uncertain = {name for thread in threads for name in thread.uncertain}
    assert len(thanked) * petition_count >= TABLETS * SIGNERS * petition_count >= SIGNATURES
    assert {sent.pop(name, 0) for name in thanked} == {petition_count}
    assert sent.keys() <= uncertain
    assert set(sent.values()) <= {petition_count}

    kept = check_records(
        site,
        {uuid: receipt for thread in threads for uuid, receipt in thread.tablet.receipts.items()},
    )
    assert {row.status for row in kept} == {"stored"}
    sequences = defaultdict(list)
    for row in kept:
        sequences[row.kiosk_id].append(row.sequence)
    assert all(sorted(item) == list(range(1, len(item) + 1)) for item in sequences.values())
    print(
        f"{len(kept)} records, {len(uncertain)} interrupted, deaths {[thread.deaths for thread in threads]}"
    )
    assert [
        error for thread in threads for error in thread.tablet.errors if error.startswith("error: ")
    ] == []
