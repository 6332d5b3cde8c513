"""Tests of `flask signatures`: export, audit, generate."""

import csv
import io
import json
import re
import stat
import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.petitions.models import Petition, PetitionTally
from campaign.process.clock import utcnow
from campaign.signatures import queries
from campaign.signatures.erasure import set_retention
from campaign.signatures.queries import differences
from tests.factories.signatures import AMALIA, ODILE, confirm, hatch_now, rows, sign, sign_and_hatch

pytestmark = pytest.mark.both_databases


def lines_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_lines_go_to_standard_output_with_nothing_else(run, petition):
    sign_and_hatch(petition, AMALIA)
    done = run("signatures", "export", "home", "--format", "jsonl")
    assert json.loads(done.stdout)["email"] == AMALIA["email"]


def test_export_goes_to_standard_output_with_nothing_else(run, petition):
    sign_and_hatch(petition, AMALIA, comment="two\nlines")
    sign(petition, ODILE)
    done = run("signatures", "export", "home")
    assert done.exit_code == 0
    assert done.stdout.startswith("number,state,evidence,")
    assert [(line["email"], line["comment"]) for line in lines_of(done.stdout)] == [
        (AMALIA["email"], "two\nlines")
    ]


@pytest.mark.parametrize(
    ("state", "count"), [("counted", 1), ("pending", 1), ("held", 1), ("withdrawn", 0), ("all", 3)]
)
def test_export_to_a_file_reports_the_number_of_people_whatever_they_wrote(
    run, petition, tmp_path, state, count
):
    sign_and_hatch(petition, AMALIA, comment="one\ntwo\nthree")
    sign(petition, ODILE, comment="four\nfive")
    sign(petition, ODILE, email="held@kwan.example", held_reason="hidden_field")
    file = tmp_path / "people.csv"
    done = run("signatures", "export", "home", "--output", file, "--state", state)
    assert done.exit_code == 0
    assert str(file) in done.output and re.findall(
        r"\b\d\b", done.output.replace(str(file), "")
    ) == [str(count)]
    assert len(lines_of(file.read_text("utf-8"))) == count


def test_exported_file_is_readable_only_by_its_owner(run, petition, tmp_path):
    file = tmp_path / "people.csv"
    run("signatures", "export", "home", "--output", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("command", [("export",), ("generate",)])
def test_unknown_petition_is_refused(run, app, command):
    done = run("signatures", *command, "nowhere", *(["1"] if command == ("generate",) else []))
    assert done.exit_code == 1
    assert "'nowhere'" in done.output


def test_audit_of_a_sound_site_says_so(run, petition):
    sign_and_hatch(petition)
    done = run("signatures", "audit")
    assert (done.exit_code, len(done.output.splitlines())) == (0, 1)


def test_audit_names_each_difference_and_exits_with_1(run, petition):
    sign_and_hatch(petition)
    write(lambda: db.session.execute(update(PetitionTally).values(count=7)))
    done = run("signatures", "audit")
    assert (done.exit_code, len(done.output.splitlines())) == (1, 1)
    assert re.findall(r"\d+", done.output) == [str(petition.id), "7", "1"]


def test_signature_hatched_during_an_audit_is_no_difference(run, app, petition, monkeypatch):
    confirm(sign(petition))
    original, calls = queries._totals, []

    def interrupted(*arguments):
        problems = original(*arguments)
        calls.append(problems)
        if len(calls) == 1:
            thread = threading.Thread(target=_in_context, args=(app, hatch_now))
            thread.start()
            thread.join(20)
        return problems

    monkeypatch.setattr(queries, "_totals", interrupted)
    assert run("signatures", "audit").exit_code == 0
    assert rows()[0].number == 1


@pytest.mark.parametrize("count", [1, 150])
def test_requested_number_is_generated_and_all_have_hatched(run, petition, count):
    done = run("signatures", "generate", "home", count)
    assert done.exit_code == 0
    assert re.findall(r"\d+", done.stdout) == [str(count)]
    assert [row.number for row in rows()] == list(range(1, count + 1))
    assert {row.state for row in rows()} == {"counted"}
    assert differences() == []
    db.session.rollback()


def test_generated_people_are_replaced_by_new_ones(run, petition, monkeypatch):
    lots = iter([[5, 6], [5, 6]])
    monkeypatch.setattr("campaign.cli.signatures.random.sample", lambda *_: next(lots))
    for _ in range(2):
        assert re.findall(r"\d+", run("signatures", "generate", "home", 20).output) == ["20"]
    assert len(rows()) == 40


def test_same_seed_adds_nobody_twice(run, petition):
    for count in (30, 0):
        assert re.findall(
            r"\d+", run("signatures", "generate", "home", 30, "--seed", 9).stdout
        ) == [str(count)]
    assert len(rows()) == 30


def test_generated_people_are_added_beside_real_ones(run, petition):
    sign_and_hatch(petition)
    run("signatures", "generate", "home", 20, "--seed", 1)
    confirm(sign(petition, ODILE))
    # On SQLite the command holds the lease for another second.
    hatch_now(now=utcnow() + timedelta(seconds=2))
    assert sorted(row.number for row in rows()) == list(range(1, 23))


@pytest.mark.parametrize("count", ["0", "-3", "many"])
def test_invalid_number_is_refused(run, petition, count):
    assert run("signatures", "generate", "home", "--", count).exit_code == 2


def _in_context(app, act):
    with app.app_context():
        act()


def test_anonymise_shows_its_plan_first_and_acts_only_in_time(run, petition):
    sign_and_hatch(petition)
    write(set_retention, petition_id=petition.id, days=None)
    assert "1" in run("signatures", "anonymise", "home", "--dry-run").output
    at = utcnow() - timedelta(days=40)
    settings = {"opens_at": at - timedelta(days=1), "closes_at": at, "retention_days": 30}
    write(lambda: db.session.execute(update(Petition).values(**settings)))
    done = run("signatures", "anonymise", "home", "--dry-run")
    plan_before_notice = done.output
    assert done.exit_code == 0
    assert run("signatures", "anonymise", "home").exit_code == 1
    assert rows()[0].state == "counted"
    write(lambda: db.session.execute(update(Petition).values(retention_notified_at=at)))
    # The plan says when, and that owners have now been told.
    plan_after_notice = run("signatures", "anonymise", "home", "--dry-run").output
    assert plan_after_notice != plan_before_notice
    assert (
        re.findall(r"\d{4}-\d\d-\d\d", plan_after_notice)
        == re.findall(r"\d{4}-\d\d-\d\d", plan_before_notice)
        != []
    )
    done = run("signatures", "anonymise", "home")
    assert (done.exit_code, re.findall(r"\d+", done.output)) == (0, ["1"])
    assert rows()[0].state == "erased"
    assert differences() == []
