"""Tests that a poster is drawn even if everything is killed during the work."""

import json
from urllib.request import Request, urlopen

import pytest

from tests.faults.plain_site import PlainSite, wait_until

pytestmark = pytest.mark.slow

POSTER = "/causes/butterflies-for-mexico/poster.png?w=8000"


def standing(site):
    with urlopen(Request(f"{site.url}{POSTER}&progress=1"), timeout=5) as answer:
        return json.load(answer)


def test_power_cut_only_delays_a_poster(tmp_path):
    site = PlainSite(tmp_path).start()
    try:
        assert standing(site)["state"] == "waiting"
        wait_until(lambda: standing(site)["state"] == "drawing")
        site.kill_all()
        site.start()
        assert standing(site)["state"] == "drawing"
        wait_until(lambda: standing(site)["state"] == "ready")
        with urlopen(f"{site.url}{POSTER}", timeout=20) as answer:
            assert answer.read(8) == b"\x89PNG\r\n\x1a\n"
        assert len(list((tmp_path / "posters").glob("*.png"))) == 1
    finally:
        site.stop()
