"""Tests of the commands that export and import subscribers."""

import csv
import io
import json
from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.imports.csv_files import MAX_ROW_CHARACTERS
from campaign.imports.subscribers.reading import BATCH_SIZE
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.subscriptions.jobs import forget
from campaign.subscriptions.operations import end, subscribe, suppress
from tests.factories.causes import make_cause
from tests.factories.subscriptions import (
    WEEK,
    ask_for_news,
    consent_of,
    digest,
    email_states,
    subscription,
    subscriptions,
)
from tests.factories.subscriptions import subscribe as make_subscription

pytestmark = pytest.mark.both_databases
KIND = "subscription_confirmation"
HEADER = "email,lang,frequency,consent_at,consent_text,consent_version,evidence"
CONSENT = "2025-03-01T10:00:00+00:00,Send me news,paper-1,stall in March"


@pytest.fixture
def cause(app):
    return make_cause()


@pytest.fixture
def list_of(tmp_path):
    """Call it with lines. It returns the path of a CSV file."""

    def make(*lines, header=HEADER, encoding="utf-8"):
        path = tmp_path / "list.csv"
        path.write_bytes("\n".join((header, *lines, "")).encode(encoding))
        return path

    return make


def line(name, lang="es", frequency="each", consent=CONSENT):
    return f"{name}@rosales.example,{lang},{frequency},{consent}"


def test_consents_are_imported_as_they_were_given(run, cause, list_of):
    path = list_of(line("amalia"), line("teo", "xx", "weekly"))
    result = run("subscriptions", "import", path, "--cause", cause.slug)
    assert result.exit_code == 0, result.output
    first, second = subscriptions()
    assert (first.email, first.lang, first.state) == ("amalia@rosales.example", "es", "active")
    assert (first.cause_id, first.source) == (cause.id, "import")
    consent = consent_of(first)
    assert (consent.shown_text.text, consent.shown_text.version) == ("Send me news", "paper-1")
    assert (consent.channel, consent.given_at.isoformat()) == (
        "import",
        "2025-03-01T10:00:00+00:00",
    )
    assert first.evidence == "stall in March"
    # A language that the site does not have becomes its first one.
    assert (second.lang, second.frequency) == (site_settings().languages[0], "weekly")
    assert email_states(KIND) == []


def test_export_is_what_an_import_reads(run, cause, list_of, tmp_path):
    run("subscriptions", "import", list_of(line("amalia"), line("teo")), "--cause", cause.slug)
    make_subscription("odile")
    path = tmp_path / "out.csv"
    exported = run("subscriptions", "export", "--cause", cause.slug, "--output", path)
    assert exported.exit_code == 0, exported.output
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert [(row["email"], row["cause"], row["consent_text"]) for row in rows] == [
        ("amalia@rosales.example", cause.slug, "Send me news"),
        ("teo@rosales.example", cause.slug, "Send me news"),
    ]
    other = make_cause("other")
    imported = run("subscriptions", "import", path, "--cause", "other")
    assert imported.exit_code == 0, imported.output
    copies = [row for row in subscriptions() if row.cause_id == other.id]
    assert [_given(row) for row in copies] == [
        _given(row) for row in subscriptions() if row.cause_id == cause.id
    ]


def _given(row):
    consent = consent_of(row)
    return consent.given_at, consent.text_id, row.evidence


def test_json_lines_hold_the_subscribers_of_all_causes(run, cause):
    make_subscription("amalia", cause_id=cause.id)
    make_subscription("teo")
    ask_for_news("odile")
    lines = run("subscriptions", "export", "--format", "jsonl").output.splitlines()
    assert [json.loads(text)["cause"] for text in lines] == [cause.slug, "all"]
    lines = run("subscriptions", "export", "--format", "jsonl", "--state", "all").output
    assert [json.loads(text)["state"] for text in lines.splitlines()] == [
        "active",
        "active",
        "pending",
    ]


def test_dry_run_shows_counts_and_wrong_lines_and_changes_nothing(run, cause, list_of):
    make_subscription("amalia", cause_id=cause.id)
    gone = make_subscription("gone", cause_id=cause.id)
    row = subscription(gone)
    write(end, subscription_id=gone, email_digest=row.email_digest, email=row.email, now=utcnow())
    write(suppress, email_digest=digest("never"), reason="request", now=utcnow())
    path = list_of(
        line("amalia"),
        line("gone"),
        line("never"),
        line("new"),
        line("NEW"),
        "not-an-address,es,each," + CONSENT,
        line("no-text", consent="2025-03-01,,,"),
        line("no-date", consent="soon,Yes,,"),
        line("future", consent="2999-01-01,Yes,,"),
        line("short", consent="2025-03-01"),
    )
    result = run("subscriptions", "import", path, "--cause", cause.slug, "--dry-run")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    for text in ("known: 1", "ended: 1", "suppressed: 1", "new: 1", "duplicate: 1"):
        assert text in lines
    assert [text.strip() for text in lines if text.startswith("  line")] == [
        "line 7: email_no_at",
        "line 8: consent_text_missing",
        "line 9: consent_at",
        "line 10: consent_at",
        "line 11: consent_text_missing",
    ]
    assert any(text.startswith("  new@rosales.example") for text in lines)
    assert len(subscriptions()) == 2
    run("subscriptions", "import", path, "--cause", cause.slug)
    assert [row.email for row in subscriptions() if row.state == "active"] == [
        "amalia@rosales.example",
        "new@rosales.example",
    ]


def test_people_are_asked_once_even_after_their_address_is_erased(run, cause, list_of):
    path = list_of("amalia@rosales.example", header="email")
    asked = run("subscriptions", "import", path, "--cause", cause.slug, "--ask")
    assert asked.exit_code == 0, asked.output
    [row] = subscriptions()
    assert (row.state, row.source) == ("pending", "import")
    assert email_states(KIND) == ["owed"]
    run("subscriptions", "import", path, "--cause", cause.slug, "--ask")
    days = site_settings().erase_pending_days
    write(forget, now=utcnow() + timedelta(days=days + 1), days=days)
    [row] = subscriptions()
    assert (row.state, row.email, row.ended_reason) == ("ended", None, "unanswered")
    run("subscriptions", "import", path, "--cause", cause.slug, "--ask")
    assert email_states(KIND) == ["owed"]
    # They can still subscribe.
    write(
        subscribe,
        email="amalia@rosales.example",
        email_digest=digest("amalia"),
        cause_id=cause.id,
        lang="en",
        now=utcnow(),
        good_for=WEEK,
    )
    assert [row.state for row in subscriptions()] == ["pending"]


def test_interrupted_import_continues(run, cause, list_of):
    run("subscriptions", "import", list_of(line("amalia")), "--cause", cause.slug)
    again = run(
        "subscriptions", "import", list_of(line("amalia"), line("teo")), "--cause", cause.slug
    )
    assert {"known: 1", "new: 1"} <= set(again.output.splitlines())
    assert len(subscriptions()) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_of_other_programs_are_read(run, cause, list_of, encoding):
    path = list_of(
        "amalia@rosales.example;2025-03-01;Envíenme noticias",
        header="Correo electrónico;Fecha;Consentimiento",
        encoding=encoding,
    )
    columns = ("--column", "consent_at=Fecha", "--column", "consent_text=Consentimiento")
    result = run("subscriptions", "import", path, "--cause", cause.slug, *columns)
    assert result.exit_code == 0, result.output
    [row] = subscriptions()
    assert consent_of(row).shown_text.text == "Envíenme noticias"


@pytest.mark.parametrize(
    ("header", "lines", "options"),
    [
        ("name", ["Amalia"], ["--ask"]),
        ("email", ["amalia@rosales.example"], []),
        ("", [], []),
        ("email,\0,\0", ["a,b,c"], ["--ask"]),
        (HEADER, [], ["--cause", "nowhere"]),
        (HEADER, [], ["--column", "name=Name"]),
        (HEADER, [], ["--column", "email"]),
    ],
)
def test_bad_input_is_explained_and_imports_nothing(run, cause, list_of, header, lines, options):
    result = run("subscriptions", "import", list_of(*lines, header=header), *options)
    assert result.exit_code != 0
    assert "Error: " in result.output
    assert subscriptions() == []


def test_line_of_someone_who_left_elsewhere_is_left_out(run, cause, list_of):
    path = list_of(
        "amalia@rosales.example,ended", "teo@rosales.example,active", header="email,state"
    )
    result = run("subscriptions", "import", path, "--cause", cause.slug, "--ask")
    assert "inactive: 1" in result.output.splitlines()
    assert [row.email for row in subscriptions()] == ["teo@rosales.example"]


def test_partly_unreadable_file_does_not_claim_that_nothing_was_imported(run, cause, list_of):
    people = [line(f"person-{number}") for number in range(BATCH_SIZE)]
    path = list_of(*people, "x" * (MAX_ROW_CHARACTERS + 1))
    command = ("subscriptions", "import", path, "--cause", cause.slug)
    tried = run(*command, "--dry-run")
    assert (tried.exit_code, len(subscriptions())) == (1, 0)
    imported = run(*command)
    assert (imported.exit_code, len(subscriptions())) == (1, BATCH_SIZE)
    assert imported.output != tried.output
