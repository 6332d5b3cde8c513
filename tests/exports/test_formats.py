"""Tests of signatures as CSV, spreadsheet and JSON lines."""

import csv
import inspect
import io
import json
import zipfile
from contextvars import Context
from datetime import UTC, datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from campaign.exports import signature_table, spreadsheet
from campaign.exports.columns import COLUMNS, EVERYTHING
from campaign.exports.formats import DOWNLOADS, FORMATS
from campaign.exports.selection import STATES, Selection
from campaign.exports.signature_table import SignatureTable
from campaign.extensions import db, write
from campaign.notices.models import Consent
from campaign.signatures.owner.operations import erase
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    confirm,
    hatch_now,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

HEADER = (
    *(
        "number",
        "state",
        "evidence",
        "given_name",
        "family_name",
        "email",
        "country",
        "postal_code",
        "comment",
    ),
    *("name_display", "subscribe", "tell_answer", "lang", "source"),
    *("event", "kiosk", "tabler", "shift_began", "sheet", "sheet_row"),
    *(
        "held_reason",
        "version",
        "notice",
        "consent",
        "name_consent",
        "answer_consent",
        "consent_at",
    ),
    *("created_at", "confirmed_at", "hatched_at"),
)
# Only signatures from tables and paper have these.
ELSEWHERE = dict.fromkeys(("event", "kiosk", "tabler", "shift_began", "sheet", "sheet_row"), "")
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def written(petition, kind="csv", state="all", formats=FORMATS, **choice):
    """Return the content of an export, as bytes."""
    db.session.rollback()
    table = SignatureTable(Selection(petition.id, state=state, **choice))
    form = formats[kind](table.header, table.kinds, at=AT)
    return form.begin() + b"".join(form.add(columns) for columns in table.stream()) + form.end()


def read(petition, state="all", **choice):
    text = written(petition, state=state, **choice).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cells_of(workbook):
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()


def test_header_is_written_even_without_signatures(petition):
    assert written(petition, state="counted") == (",".join(HEADER) + "\n").encode()


def test_counted_signature_has_all_columns(petition):
    sign_and_hatch(
        petition,
        AMALIA,
        comment="For my brother",
        name_display="initials",
        subscribe=True,
        tell_answer=True,
    )
    [line] = read(petition, "counted")
    instants = dict.fromkeys(("created_at", "confirmed_at", "hatched_at"), "")
    given = {line.pop(name) for name in ("consent", "name_consent", "answer_consent")}
    assert given == {line["created_at"]}
    assert {**line, **instants} == {
        **AMALIA,
        **{
            "number": "1",
            "state": "counted",
            "evidence": "email",
            "comment": "For my brother",
            "version": "1",
        },
        **{
            "name_display": "initials",
            "subscribe": "yes",
            "tell_answer": "yes",
            "lang": "en",
            "source": "",
            "held_reason": "",
            "notice": "",
            "consent_at": "",
            **instants,
        },
        **ELSEWHERE,
    }
    signature = rows()[0]
    for name in instants:
        assert datetime.fromisoformat(line[name]) == getattr(signature, name).replace(microsecond=0)


def test_consents_say_when_they_were_given_and_withdrawn(petition):
    sign_and_hatch(petition, ODILE, subscribe=True, tell_answer=False, name_display="full")
    given_at = datetime(2026, 11, 24, 20, 5, 9, tzinfo=UTC)
    write(
        lambda: db.session.execute(
            update(Consent).values(given_at=given_at, withdrawn_at=given_at + timedelta(days=2))
        )
    )
    [line] = read(petition, "counted")
    period = "2026-11-24T20:05:09+00:00 / 2026-11-26T20:05:09+00:00"
    assert (line["consent"], line["name_consent"], line["answer_consent"]) == (period, period, "")


def test_each_state_has_its_own_export_and_all_has_all(petition):
    sign_and_hatch(petition, ODILE, email="counted@kwan.example")
    sign(petition, ODILE, email="pending@kwan.example")
    sign(petition, ODILE, email="held@kwan.example", held_reason="hidden_field")
    confirm(sign(petition, ODILE, email="confirmed@kwan.example"))
    for name in ("withdrawn", "erased"):
        withdraw(sign(petition, ODILE, email=f"{name}@kwan.example"))
    write(erase, [rows()[-1].id])
    states = {state: [line["state"] for line in read(petition, state)] for state in STATES}
    assert states == {
        "counted": ["counted"],
        "pending": ["pending"],
        "held": ["held"],
        "withdrawn": ["withdrawn", "erased"],
        "all": ["counted", "pending", "held", "confirmed", "withdrawn", "erased"],
    }


def test_only_requested_columns_are_exported(petition):
    elsewhere = make_petition("law", cause_id=petition.cause_id)
    sign(elsewhere)
    assert read(petition) == []
    sign(petition, ODILE, lang="fr", subscribe=True)
    sign(petition, {**AMALIA, "country": "MX", "postal_code": "06000"})
    signed = rows()[1].created_at
    choices = [
        {"country": "MX"},
        {"lang": "fr"},
        {"subscribed": True},
        {"evidence": "paper"},
        {"until": signed},
        {"since": signed, "lang": "en"},
    ]
    names = [[line["given_name"] for line in read(petition, **choice)] for choice in choices]
    assert names == [["Amalia"], ["Odile"], ["Odile"], [], [], ["Amalia"]]


def test_chosen_columns_keep_the_standard_order(petition):
    sign(petition, AMALIA, name_display="initials", comment="Not read yet")
    text = written(
        petition, columns=("country", "shown_name", "full_name", "shown_comment", "day")
    ).decode()
    assert text.splitlines()[0] == "country,shown_name,full_name,shown_comment,day"
    assert text.splitlines()[1] == f"CA,A. R.,Amalia Rosales,,{rows()[0].created_at:%Y-%m-%d}"


def test_each_line_says_which_version_was_signed(petition):
    sign(petition, ODILE, email="first@kwan.example")
    new_version(petition)
    sign(petition, ODILE, email="second@kwan.example")
    assert [line["version"] for line in read(petition)] == ["1", "2"]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_cell_is_run_as_a_formula(petition, evil):
    sign(petition, given_name=evil, family_name=evil, comment=evil)
    [line] = read(petition)
    assert {line[name] for name in ("given_name", "family_name", "comment")} == {f"'{evil}"}
    table = cells_of(written(petition, "xlsx"))
    assert [table[1][table[0].index(name)] for name in ("given_name", "comment")] == [
        f"'{evil}"
    ] * 2
    assert json.loads(written(petition, "jsonl"))["comment"] == evil


def test_quotes_commas_newlines_and_all_scripts_are_read_back_unchanged(petition):
    comment = 'She said: "come back",\nand\n\nwaited <&>; 李 עברית 🦋'
    sign(petition, given_name="O’Neill, Jr.", comment=comment)
    [line] = read(petition)
    assert (line["given_name"], line["comment"]) == ("O’Neill, Jr.", comment)
    table = cells_of(written(petition, "xlsx"))
    assert table[1][table[0].index("comment")] == comment


def test_custom_questions_are_the_last_columns_in_their_order(app):
    questions = [
        {"name": name, "type": kind, "label": {"en": name}, "required": False}
        for name, kind in (("whom", "text"), ("helps", "tick"), ("beside", "text"))
    ]
    petition = make_petition(questions=questions)
    sign(petition, AMALIA, answers={"whom": "=1+1", "helps": True, "beside": ""})
    sign(petition, ODILE, answers={"helps": False, "asked_before": "still told"})
    header = written(petition).decode().splitlines()[0]
    assert (
        header
        == ",".join(HEADER) + ",answers-whom,answers-helps,answers-beside,answers-asked_before"
    )
    answers = [[line[name] for name in header.split(",")[len(HEADER) :]] for line in read(petition)]
    assert answers == [["'=1+1", "yes", "", ""], ["", "no", "", "still told"]]


def test_column_list_contains_no_digest(petition):
    sign(petition)
    assert set(read(petition)[0]) == set(HEADER) == set(EVERYTHING) - {"answers"}
    assert [name for name in COLUMNS if "digest" in name] == []


def test_download_for_excel_has_a_byte_order_mark_and_the_command_has_none(petition):
    sign(petition)
    assert written(petition, formats=DOWNLOADS).startswith("\ufeffnumber,".encode())
    assert b"\r\n" in written(petition, formats=DOWNLOADS)
    assert written(petition).startswith(b"number,")


def test_json_lines_have_numbers_booleans_and_nulls(petition):
    sign_and_hatch(petition, AMALIA, subscribe=True)
    sign(petition, ODILE)
    first, second = map(json.loads, written(petition, "jsonl").splitlines())
    assert (first["number"], first["subscribe"], first["email"]) == (1, True, AMALIA["email"])
    assert (second["number"], second["subscribe"], second["hatched_at"]) == (None, False, None)


def test_spreadsheet_has_real_numbers_and_continues_on_further_worksheets(petition, monkeypatch):
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 3)
    for place in range(5):
        sign_and_hatch(petition, ODILE, email=f"o{place}@kwan.example")
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(written(petition, "xlsx", columns=("number", "email")))
    )
    assert book.sheet_names == ["Signatures", "Signatures 2", "Signatures 3"]
    worksheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [worksheet[0] for worksheet in worksheets] == [["number", "email"]] * 3
    assert [row[0] for worksheet in worksheets for row in worksheet[1:]] == [1, 2, 3, 4, 5]
    assert zipfile.ZipFile(io.BytesIO(written(petition, "xlsx"))).testzip() is None


def test_batches_come_from_one_cursor(petition, monkeypatch):
    monkeypatch.setattr(signature_table, "BATCH_SIZE", 3)
    for place in range(7):
        sign(petition, ODILE, email=f"o{place}@kwan.example", comment="two\nlines")
    db.session.rollback()
    batches = SignatureTable(Selection(petition.id, state="all", columns=("email",))).stream()
    assert inspect.isgenerator(batches)
    columns = [column for [column] in batches]
    assert list(map(len, columns)) == [3, 3, 1]
    assert [email for column in columns for email in column] == [
        f"o{place}@kwan.example" for place in range(7)
    ]


def test_change_during_streaming_adds_no_second_line(app, petition, monkeypatch):
    monkeypatch.setattr(signature_table, "BATCH_SIZE", 1)
    ids = [sign(petition, ODILE, email=f"o{place}@kwan.example") for place in range(3)]
    db.session.rollback()
    batches = SignatureTable(Selection(petition.id, state="all")).stream()
    next(batches)
    Context().run(_change_all, app, ids)
    assert len(list(batches)) == 2
    db.session.rollback()


def _change_all(app, ids):
    with app.app_context():
        confirm(ids[0])
        hatch_now()
        withdraw(ids[2])
