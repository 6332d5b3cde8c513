"""Tests of a thousand signatures on three tablets while browsers and servers are killed.

Each signature that was thanked for is stored once.
"""

import random
import time
from collections import Counter, defaultdict

import pytest

from tests.browser.kiosk.tablet import CODE
from tests.browser.needed import needed_chromium
from tests.faults.misfortunes import agree_with, befall
from tests.faults.plain_site import PlainSite
from tests.faults.records import asked
from tests.faults.stand import FAMILY, Stand

pytestmark = pytest.mark.slow

TABLETS, SIGNERS, EVENT = 3, 112, "table"
MISFORTUNE_SECONDS = 30
PAIRING_SECONDS = 180


@pytest.fixture
def site(tmp_path):
    """A running site, at whose table the crew's witness is enough."""
    site = PlainSite(tmp_path)
    # They sign faster than any table, and continue until each browser was killed once.
    site.environment["KIOSK_HOURLY_QUOTA"] = "1000000"
    site.start()
    asked(site, "update petition set confirmation = 'email_or_witness'")
    yield site
    site.stop()


@pytest.fixture
def stands(site):
    path, stands = needed_chromium(), []
    for place in range(TABLETS):
        _, said = site.flask("kiosks", "pair", EVENT)
        stands.append(Stand(site, place, path, CODE.search(said)[1], SIGNERS))
        stands[-1].start()
    assert all(stand.paired.wait(PAIRING_SECONDS) for stand in stands), [
        stand.failure for stand in stands
    ]
    return stands


@pytest.mark.browser
def test_thanked_signers_are_stored_once_whatever_was_killed(site, stands):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    enough = time.monotonic() + MISFORTUNE_SECONDS

    def is_done():
        lasted = time.monotonic() > enough and all(stand.deaths for stand in stands)
        return lasted or not any(stand.is_alive() for stand in stands)

    befall(site, random.Random(seed), is_done, [stand.cut_power for stand in stands])
    for stand in stands:
        # The thread ends on its own as soon as it makes no more progress.
        stand.join()
    assert [stand.failure for stand in stands] == [None] * TABLETS
    assert all(stand.deaths and stand.by_hand for stand in stands)

    # Each person signed all the petitions, or none of them.
    letters = stands[0].letters
    sent = Counter(
        row.given_name
        for row in asked(site, f"select given_name from signature where family_name = '{FAMILY}'")
    )
    thanked = {name for stand in stands for name in stand.thanked}
    uncertain = {name for stand in stands for name in stand.uncertain}
    assert len(thanked) * letters >= TABLETS * SIGNERS * letters >= 1000
    assert {sent.pop(name, 0) for name in thanked} == {letters}
    assert sent.keys() <= uncertain
    assert set(sent.values()) <= {letters}

    kept = agree_with(
        site, {uuid: receipt for stand in stands for uuid, receipt in stand.tablet.receipts.items()}
    )
    assert {row.status for row in kept} == {"stored"}
    sequences = defaultdict(list)
    for row in kept:
        sequences[row.kiosk_id].append(row.sequence)
    assert all(sorted(item) == list(range(1, len(item) + 1)) for item in sequences.values())
    print(
        f"{len(kept)} records, {len(uncertain)} interrupted, deaths {[stand.deaths for stand in stands]}"
    )
    assert [
        noise for stand in stands for noise in stand.tablet.heard if noise.startswith("error: ")
    ] == []
