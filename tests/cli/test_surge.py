"""Tests of `flask surge simulate`: the day, the verdict, and one tiny simulation."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import click
import psycopg
import pytest
from sqlalchemy import delete, insert

from campaign.cli.simulation import site as site_module
from campaign.cli.simulation.day import HOURS, arrivals, share_at
from campaign.cli.simulation.results import (
    CONNECTIONS,
    CPU,
    CROWD,
    DATABASE,
    DISK,
    MIN_FREE_BYTES,
    THREADS,
    UNKNOWN,
    SignReport,
    SiteReport,
    WatchReport,
    judge,
)
from campaign.cli.simulation.signers import letters
from campaign.cli.simulation.site import NOT_PASSED_ON, temporary_site
from campaign.process.clock import utcnow
from campaign.surge.models import SurgeReport
from campaign.switches.models import Switch
from config import ROOT
from tests import databases

SECONDS = 60


def test_day_has_one_peak_and_keeps_its_rate_however_short_it_is():
    assert max(HOURS) == 1
    for seconds in (30, 120):
        moments = list(arrivals(seconds=seconds, peak_per_minute=6000))
        assert moments == sorted(moments)
        assert 0 <= moments[0] <= moments[-1] < seconds
        mean = sum(HOURS) / len(HOURS)
        assert len(moments) == pytest.approx(mean * 100 * seconds, rel=0.05)
        hour = seconds / len(HOURS)
        at_peak = [moment for moment in moments if HOURS.index(1) <= moment / hour < 11]
        assert len(at_peak) == pytest.approx(100 * hour, rel=0.1)


@pytest.mark.parametrize("part", [0, 0.2, 0.5, 0.999, 1])
def test_rate_never_exceeds_the_peak(part):
    assert 0 < share_at(part) <= 1


def test_everyone_of_the_crowd_has_a_different_name():
    names = [letters(number) for number in range(2000)]
    assert len(set(names)) == len(names)
    assert all(name.isalpha() for name in names)


def signed(**changes):
    people = [f"signer-{number}@simulated.example" for number in range(200)]
    return SignReport(**{"acknowledged": people, "seconds": [0.1] * 200, **changes})


def site(**changes):
    facts = {
        "stored": frozenset(signed().acknowledged),
        "level": 0,
        "reason": "",
        "cpu": 0.5,
        "free_bytes": 10 * MIN_FREE_BYTES,
    }
    return SiteReport(**{**facts, **changes})


def verdict(signing=None, watching=None, measured=None):
    return judge(signing or signed(), watching or WatchReport(), measured or site())


def test_good_day_passes():
    assert verdict().passed
    # Two of two hundred may wait longer.
    assert verdict(signed(seconds=[0.1] * 199 + [9.0])).passed


def test_lost_signature_fails_however_fast_it_was():
    stored = frozenset(signed().acknowledged[1:])
    failed = verdict(measured=site(stored=stored))
    assert (failed.passed, failed.lost) == (False, (signed().acknowledged[0],))


@pytest.mark.parametrize(
    "report",
    [
        signed(seconds=[2.0] * 200),
        signed(unanswered=5),
        signed(acknowledged=[], seconds=[], unanswered=200),
        signed(acknowledged=[], seconds=[]),
    ],
)
def test_slow_or_unanswered_signing_fails(report):
    assert not verdict(report).passed


@pytest.mark.parametrize(
    ("seen", "measured", "limit"),
    [
        ({}, {"cpu": 0.97, "level": 5, "reason": "commits"}, CPU),
        ({}, {"cpu": None, "level": 4, "reason": "processor"}, CPU),
        ({}, {"level": 5, "reason": "commits"}, DISK),
        ({}, {"level": 5, "reason": "database"}, DATABASE),
        ({}, {"level": 3, "reason": "connections"}, CONNECTIONS),
        ({}, {"level": 3, "reason": "threads"}, THREADS),
        ({}, {"free_bytes": 0, "cpu": 1.0}, DISK),
        ({"late": 3.0}, {}, CROWD),
        ({"refused": 7}, {}, CONNECTIONS),
        ({}, {}, UNKNOWN),
    ],
)
def test_limit_that_was_reached_is_named(seen, measured, limit):
    assert verdict(signed(unanswered=50, **seen), measured=site(**measured)).limit == limit


def test_people_who_watch_late_show_that_the_crowd_was_too_slow():
    late = WatchReport(responses=7, late=3.0)
    late.add(WatchReport(responses=5, failures=2, slowest_interval_ms=1500))
    assert (late.responses, late.failures, late.slowest_interval_ms) == (12, 2, 1500)
    assert verdict(signed(unanswered=50), late).limit == CROWD
    assert verdict(signed(), late).passed


def test_temporary_site_gets_nothing_of_the_operators_site():
    own = dict.fromkeys(NOT_PASSED_ON, "the operator's own") | {
        "VAR_DIR": "/srv/own",
        "VOLANTE_ENV": "production",
        "WEB_THREADS": "12",
    }
    given = site_module._environment(own, "sqlite:////tmp/copy", Path("/tmp/copy"), 8123)
    assert "the operator's own" not in given.values()
    assert (given["VAR_DIR"], given["PORT"], given["HOST"]) == ("/tmp/copy", "8123", "127.0.0.1")
    assert given["DATABASE_URL"] == "sqlite:////tmp/copy"
    assert given["WEB_THREADS"] == "12"


def test_each_setting_is_passed_on_or_belongs_to_the_operators_site():
    """A new setting that only the operator's site can use would keep the other from starting."""
    names = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', (ROOT / "config.py").read_text()))
    given = site_module._environment(dict.fromkeys(names, "own"), "sqlite://", Path("/tmp/copy"), 1)
    assert {name for name, value in given.items() if value == "own"} == {
        *("WEB_CONCURRENCY", "WEB_THREADS", "SURGE_MAX_LEVEL", "LOG_FORMAT"),
        *("DATABASE_CONNECTIONS", "DATABASE_TIMEOUT", "DATABASE_PREPARED_STATEMENTS"),
        *("DATABASE_REPLICA_MAX_LAG", "MAIL_CONNECTIONS", "IMPORT_BYTES"),
        *("TIME_ZONE", "FIRST_COUNTRIES", "CONFIRM_DAYS", "OWN_LINK_DAYS", "ADDRESS_DAYS"),
        *("ERASE_PENDING_DAYS", "REGISTRATION_DAYS", "MAX_EMAILS_PER_ADDRESS_PER_DAY"),
        *("SIGN_LIMIT", "API_LIMIT", "KIOSK_HOURLY_QUOTA"),
    }


@pytest.mark.slow
def test_site_that_does_not_start_shows_why_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("WEB_THREADS", "none")
    with pytest.raises(click.ClickException, match="WEB_THREADS"), temporary_site(None, tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite:////tmp/any", "nonsense"])
def test_database_of_another_kind_is_refused(run, url):
    assert run("surge", "simulate", "--database", url).exit_code == 1


@pytest.mark.slow
def test_database_in_use_is_refused(run):
    url = databases.fresh("postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table of_someone_else (id integer)")
    assert run("surge", "simulate", "--database", url).exit_code == 1


@pytest.mark.parametrize(
    "options", [("--minutes", "0"), ("--minutes", "999"), ("--peak", "0"), ("--watchers", "-1")]
)
def test_simulation_is_bounded(run, options):
    assert run("surge", "simulate", *options).exit_code == 2


@pytest.mark.one_database
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_tiny_day_loses_nothing_and_leaves_nothing_behind(kind, tmp_path):
    options = ["--minutes", "0.34", "--peak", "300", "--watchers", "20"]
    if kind == "postgresql":
        options += ["--database", databases.fresh("postgresql")]
    done = subprocess.run(
        [sys.executable, "-m", "flask", "surge", "simulate", *options],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    # A busy machine may be too slow for the day. It must say so, and lose nothing.
    figures = dict(re.findall(r"^(.+?)\s\s+(\S+?),?$", done.stdout, re.MULTILINE))
    assert figures["Of these, lost"] == figures["Not answered"] == "0", done.stdout + done.stderr
    assert int(figures["Signatures acknowledged"]) > 0
    assert (done.returncode, "Passed: " in done.stdout) in {(0, True), (1, False)}
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.slow
def test_all_processes_of_a_site_follow_a_level_and_a_switch_and_leave_them(tmp_path):
    with temporary_site(None, tmp_path) as running:
        search = f"http://127.0.0.1:{running.port}/en/search?q="
        pulse = f"http://127.0.0.1:{running.port}/causes/{running.cause}/pulse.json"
        assert status(f"{search}before") == 200
        now = utcnow()
        with running.engine.begin() as connection:
            connection.execute(
                insert(SurgeReport).values(
                    level=3, since=now, ends_at=now + timedelta(hours=1), reason="threads"
                )
            )
        # Each connection may reach another web process. All must have followed.
        await_status(search, 503, times=20)
        assert status(pulse) == 200
        with running.engine.begin() as connection:
            connection.execute(delete(SurgeReport))
        await_status(search, 200, times=20)
        petitions = f"http://127.0.0.1:{running.port}/api/v1/petitions?q="
        assert status(f"{petitions}before") == 200
        with running.engine.begin() as connection:
            connection.execute(insert(Switch).values(name="api", off_since=now))
        await_status(petitions, 503, times=20)
        with running.engine.begin() as connection:
            connection.execute(delete(Switch))
        await_status(petitions, 200, times=20)


def status(url):
    try:
        return urllib.request.urlopen(url, timeout=SECONDS).status
    except urllib.error.HTTPError as error:
        return error.code


def await_status(url, expected, *, times):
    """Wait until so many requests in a row, each of another page, have the status."""
    end, number, in_a_row = time.monotonic() + SECONDS, 0, 0
    while in_a_row < times:
        assert time.monotonic() < end, f"{url} does not get the status {expected}"
        number += 1
        in_a_row = in_a_row + 1 if status(f"{url}{expected}-{number}") == expected else 0


@pytest.mark.slow
def test_simulation_that_is_told_to_stop_ends_its_site(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "surge", "simulate", "--peak", "60", "--watchers", "0"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        # The crowd tells its progress once the site runs.
        assert any(" s  " in line for line in process.stdout)
        process.terminate()
        assert process.wait(SECONDS) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.stdout.close()
    assert list((tmp_path / "scratch").iterdir()) == []
