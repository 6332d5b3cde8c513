"""Tests of times of day, which nobody can confuse between morning and afternoon."""

import json
import re
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import INTERFACE_LANGUAGES, locale_of

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/clock_times.json").read_text())
ELSEWHERE = re.compile(r"\bformat_(time|datetime)\b.*babel|babel.*\bformat_(time|datetime)\b")


@pytest.mark.parametrize("lang", INTERFACE_LANGUAGES)
def test_each_language_uses_the_24_hour_clock(lang):
    for vector in VECTORS:
        for locale in (lang, locale_of(lang)):
            assert clock_time(time.fromisoformat(vector["time"]), locale) == vector[lang]


def test_instant_is_shown_in_local_time_of_a_zone():
    # Clocks in Toronto are put back on this day.
    for hour, formatted in ((5, "01:30"), (6, "01:30"), (7, "02:30")):
        assert (
            clock_time(
                datetime(2026, 11, 1, hour, 30, tzinfo=UTC), "en", ZoneInfo("America/Toronto")
            )
            == formatted
        )


def test_no_other_code_formats_times():
    files = [*(ROOT / "campaign").rglob("*.py")]
    assert [str(file) for file in files if ELSEWHERE.search(file.read_text())] == []
    scripts = [file for file in (ROOT / "static/js").rglob("*.js") if file.name != "format.js"]
    assert [
        str(file)
        for file in scripts
        if re.search("DateTimeFormat|toLocale(Time|Date)?String", file.read_text())
    ] == []
