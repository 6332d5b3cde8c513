"""Tests of `flask signatures import`: the result of each row, all or nothing."""

import io
import re
from contextvars import Context

import pytest
import xlsxwriter

from campaign.cli.imports import import_signatures
from campaign.imports.tables import UNCLOSED
from campaign.organize.imports.labels import (
    DUPLICATE_LABELS,
    FAULTS,
    FIELD_LABELS,
    FILE_FAULTS,
    OUTCOME_LABELS,
    ROW_FAULTS,
)
from campaign.signatures.fields import ADDRESS_FAULTS, NAME_FAULTS
from campaign.signatures.queries import differences
from tests.factories.organizers import trail
from tests.factories.paper import csv_of
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, hatch_now, rows, sign_and_hatch

ZORA = "Zora,Quetzalli,zora@correo.mx,MX,06600,2026-11-20,S1,1"


@pytest.fixture
def import_file(run, tmp_path):
    """Return a function that imports a file of these bytes and returns (exit code, output)."""

    def import_file(data, *options, name="list.csv"):
        (tmp_path / name).write_bytes(data)
        done = run("signatures", "import", "home", tmp_path / name, *options)
        return done.exit_code, done.output

    return import_file


def result_of(place, output):
    """Return what the output says about a row of the file. The totals follow after all rows."""
    return next(
        line.strip().removeprefix(str(place)).strip()
        for line in output.splitlines()
        if line.split()[:1] == [str(place)]
    )


def result_counts(output):
    """Return how many rows have each result."""
    outcomes = {str(words): outcome for outcome, words in OUTCOME_LABELS.items()}
    lines = [
        line.split(maxsplit=1)
        for line in output.splitlines()
        if line.split()[:1] and line.split()[0].isdecimal()
    ]
    return {outcomes[words]: int(number) for number, words in lines if words in outcomes}


def test_dry_run_shows_the_result_of_each_row_and_changes_nothing(import_file, petition):
    sign_and_hatch(petition, AMALIA)
    code, output = import_file(
        csv_of(ZORA, "Zora,Q,zora@correo.mx,MX,,,,", f"A,R,{AMALIA['email']},CA,,,,"), "--dry-run"
    )
    assert code == 0
    assert result_of(3, output).startswith(str(OUTCOME_LABELS["duplicate"])) and "2" in result_of(
        3, output
    )
    assert result_of(4, output).startswith(str(OUTCOME_LABELS["duplicate"])) and result_of(
        4, output
    ).endswith(str(DUPLICATE_LABELS["email"]))
    assert result_counts(output) == {"new": 1, "held": 0, "duplicate": 2, "wrong": 0, "left_out": 0}
    assert "1" in output.splitlines()[-1]
    assert len(rows()) == 1
    assert trail() == []


def test_file_is_imported_and_counted(import_file, petition):
    code, output = import_file(csv_of(ZORA, "Ana,,,México,6600,20/11/2026,S1,2"))
    assert (code, re.findall(r"\d+", output.splitlines()[-1])) == (0, ["2"])
    hatch_now()
    assert differences() == []
    assert {(row.evidence, row.state, row.lang) for row in rows()} == {("paper", "counted", "en")}
    assert trail() == [("imports.bring_in", None, ("import", 1))]


def test_one_wrong_row_stops_the_import_unless_it_is_skipped(import_file, petition):
    data = csv_of(ZORA, "Ana,,nowhere,Narnia,,,,")
    for options in ((), ("--dry-run",)):
        code, output = import_file(data, *options)
        assert code == 1
        assert result_of(3, output).startswith(str(OUTCOME_LABELS["wrong"]))
        assert f"{FIELD_LABELS['email']}: {ADDRESS_FAULTS['no_at']}" in result_of(3, output)
    assert rows() == []
    assert import_file(data, "--leave-out-wrong")[0] == 0
    assert [row.given_name for row in rows()] == ["Zora"]


def test_importing_twice_adds_nobody(import_file, petition):
    import_file(csv_of(ZORA))
    code, output = import_file(csv_of(ZORA))
    assert (code, result_counts(output)["duplicate"], len(rows())) == (0, 1, 1)


def test_own_export_can_be_imported_elsewhere(run, import_file, petition, tmp_path):
    other = make_petition("other", cause_id=petition.cause_id)
    sign_and_hatch(other, AMALIA, comment="+1, we were there")
    file = tmp_path / "out.csv"
    run("signatures", "export", "other", "--output", file)
    assert import_file(file.read_bytes())[0] == 0
    imported = next(row for row in rows() if row.petition_id == petition.id)
    assert [imported.given_name, imported.email, imported.comment, imported.postal_code] == [
        "Amalia",
        AMALIA["email"],
        "+1, we were there",
        "M5V 2T6",
    ]


def test_workbook_is_accepted(import_file, petition):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nombre", "Apellidos", "C.P.", "País"])
        sheet.write_row(1, 0, ["Zora", "Quetzalli", "06600", "México"])
    assert import_file(file.getvalue(), name="lista.xlsx")[0] == 0
    assert [(row.given_name, row.family_name, row.postal_code, row.country) for row in rows()] == [
        ("Zora", "Quetzalli", "06600", "MX")
    ]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", FILE_FAULTS["empty"]),
        (b"%PDF-1.7", FILE_FAULTS["not_text"]),
        (b"colour,shape\nred,round\n", "given_name"),
    ],
)
def test_unreadable_file_is_refused_in_one_line(import_file, petition, data, fault):
    code, output = import_file(data)
    assert (code, len(output.splitlines())) == (1, 1)
    assert str(fault) in output


def test_unknown_petition_is_reported(run, app, tmp_path):
    (tmp_path / "x.csv").write_bytes(csv_of(ZORA))
    done = run("signatures", "import", "nowhere", tmp_path / "x.csv")
    assert done.exit_code == 1
    assert "'nowhere'" in done.output


@pytest.mark.slow
def test_file_with_every_kind_of_error_in_fifty_thousand_rows(import_file, petition):
    good = "".join(f"José{n};Ñáñez;;MX;{n:05};20/11/2026;;\r\n" for n in range(49_990))
    nasty = (
        "given_name;family_name;email;country;postal_code;signed_at;comment;x\r\n"
        + good
        + "José1;Ñañez;;México;00001;;;\r\n"
        + f"Long;Cell;;MX;06600;;{'x' * 200_000};\r\n"
        + '=HYPERLINK("http://x.example");Torres;;MX;06600;;;\r\n'
        + '"Two\r\nLines";Torres;;MX;06600;;;\r\n'
        + "\r\n;;;;;;;\r\n"
        + 'Eva;"broken'
    ).encode("cp1252")
    code, output = import_file(nasty, "--dry-run")
    assert code == 1
    assert result_counts(output) == {
        "new": 49_990,
        "held": 0,
        "duplicate": 1,
        "wrong": 4,
        "left_out": 0,
    }
    wrong = str(OUTCOME_LABELS["wrong"])
    comment, formula, control, unclosed = (
        line.split(wrong, 1)[1].strip() for line in output.splitlines() if f"  {wrong}   " in line
    )
    assert comment.startswith(f"{FIELD_LABELS['comment']}: ") and "500" in comment
    assert formula == f"{FIELD_LABELS['given_name']}: {FAULTS['formula']}"
    assert control == f"{FIELD_LABELS['given_name']}: {NAME_FAULTS['control']}"
    assert unclosed == str(ROW_FAULTS[UNCLOSED])
    assert rows() == []


def test_import_brings_its_own_application_context(app, tmp_path):
    (tmp_path / "list.csv").write_bytes(csv_of(ZORA))
    # An empty context has no application, whatever context the test itself has.
    done = Context().run(
        app.test_cli_runner().invoke, import_signatures, ["unknown", str(tmp_path / "list.csv")]
    )
    assert done.exit_code == 1
    assert "'unknown'" in done.output
