"""Tests that a poster is drawn even if everything is killed during the work."""

import json
from urllib.request import Request, urlopen

import pytest

from tests.faults.running_site import RunningSite, wait_until

pytestmark = pytest.mark.slow

POSTER = "/causes/butterflies-for-mexico/poster.png?w=4000"


def poster_status(site):
    with urlopen(Request(f"{site.url}{POSTER}&progress=1"), timeout=5) as answer:
        return json.load(answer)


def test_power_cut_only_delays_a_poster(tmp_path):
    site = RunningSite(tmp_path).start()
    try:
        assert poster_status(site)["state"] == "waiting"
        wait_until(lambda: poster_status(site)["state"] == "drawing")
        site.kill_all()
        site.start()
        assert poster_status(site)["state"] == "drawing"
        wait_until(lambda: poster_status(site)["state"] == "ready")
        with urlopen(f"{site.url}{POSTER}", timeout=20) as answer:
            assert answer.read(8) == b"\x89PNG\r\n\x1a\n"
        assert len(list((tmp_path / "posters").glob("*.png"))) == 1
    finally:
        site.stop()
