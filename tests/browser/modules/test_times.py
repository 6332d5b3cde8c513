"""Tests of times written by scripts, on days when clocks change and near midnight."""

import json
from pathlib import Path

import pytest

from tests.browser.modules.actions import call

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/clock_times.json").read_text())
# Clocks in Mexico City were put back on this day.
DAY = "2022-10-30"


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_scripts_write_times_as_the_server_does(page, lang):
    page.goto("/pages/hatched.html")
    for vector in VECTORS:
        at = page.evaluate("(at) => Date.parse(at)", f"{DAY}T{vector['time']}")
        assert call(page, "format", "formatTime", at, lang, at) == vector[lang]
        assert call(page, "format", "formatTime", at, lang, at + 86_400_000).endswith(vector[lang])
