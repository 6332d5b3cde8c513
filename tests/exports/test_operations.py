"""Signatures as lines of CSV."""

import csv
import inspect
import io
from contextvars import Context
from datetime import datetime

import pytest

from campaign.exports import operations
from campaign.exports.operations import HEADER, STATES, csv_lines
from campaign.extensions import db, write
from campaign.signatures.ownership import erase
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


@pytest.fixture
def petition(app):
    return make_petition()


def text_of(petition, state="all"):
    db.session.rollback()
    return "".join(text for text, _ in csv_lines(petition.id, state))


def read(petition, state="all"):
    return list(csv.DictReader(io.StringIO(text_of(petition, state), newline="")))


def test_the_first_line_names_the_columns_even_where_nobody_signed(petition):
    assert text_of(petition, "counted") == ",".join(HEADER) + "\n"
    assert HEADER[:6] == ("number", "state", "evidence", "given_name", "family_name", "email")


def test_a_counted_signature_is_told_whole(petition):
    sign_and_hatch(
        petition, AMALIA, comment="For my brother", name_display="initials", subscribe=True
    )
    [line] = read(petition, "counted")
    assert {**line, "created_at": "", "confirmed_at": "", "hatched_at": ""} == {
        **AMALIA,
        "number": "1",
        "state": "counted",
        "evidence": "email",
        "comment": "For my brother",
        "name_display": "initials",
        "subscribe": "yes",
        "lang": "en",
        "source": "",
        "held_reason": "",
        "version": "1",
        "created_at": "",
        "confirmed_at": "",
        "hatched_at": "",
    }
    for instant in ("created_at", "confirmed_at", "hatched_at"):
        assert datetime.fromisoformat(line[instant]).utcoffset().total_seconds() == 0


def test_each_state_has_its_own_export_and_all_has_all(petition):
    sign_and_hatch(petition, ODILE, email="counted@kwan.example")
    sign(petition, ODILE, email="pending@kwan.example")
    sign(petition, ODILE, email="held@kwan.example", held_reason="hidden_field")
    confirm(sign(petition, ODILE, email="confirmed@kwan.example"))
    for name in ("withdrawn", "erased"):
        withdraw(sign(petition, ODILE, email=f"{name}@kwan.example"))
    write(erase, [rows()[-1].id])
    told = {state: [line["state"] for line in read(petition, state)] for state in STATES}
    assert told == {
        "counted": ["counted"],
        "pending": ["pending"],
        "held": ["held"],
        "withdrawn": ["withdrawn", "erased"],
        "all": ["counted", "pending", "held", "confirmed", "withdrawn", "erased"],
    }


def test_only_the_petition_asked_for_is_told(petition):
    sign(make_petition("law", cause_id=petition.cause_id))
    assert read(petition) == []


def test_each_line_says_which_version_was_signed(petition):
    sign(petition, ODILE, email="first@kwan.example")
    new_version(petition)
    sign(petition, ODILE, email="second@kwan.example")
    assert [line["version"] for line in read(petition)] == ["1", "2"]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_cell_is_run_by_a_spreadsheet(petition, evil):
    sign(petition, given_name=evil, family_name=evil, comment=evil)
    [line] = read(petition)
    assert {line[name] for name in ("given_name", "family_name", "comment")} == {f"'{evil}"}


def test_quotes_commas_lines_and_all_scripts_come_back_as_they_were(petition):
    comment = 'She said: "come back",\nand\n\nwaited; 李 עברית 🦋'
    sign(petition, given_name="O’Neill, Jr.", comment=comment)
    [line] = read(petition)
    assert (line["given_name"], line["comment"]) == ("O’Neill, Jr.", comment)


def test_the_petitions_own_questions_are_columns_in_their_order_behind_the_others(app):
    questions = [
        {"name": name, "type": kind, "label": {"en": name}, "required": False}
        for name, kind in (("whom", "text"), ("helps", "tick"), ("beside", "text"))
    ]
    petition = make_petition(questions=questions)
    sign(petition, AMALIA, answers={"whom": "=1+1", "helps": True, "beside": ""})
    sign(petition, ODILE, answers={"helps": False, "asked_before": "still told"})
    header = text_of(petition).splitlines()[0]
    assert header == ",".join(HEADER) + (
        ",answers-whom,answers-helps,answers-beside,answers-asked_before"
    )
    told = [[line[name] for name in header.split(",")[len(HEADER) :]] for line in read(petition)]
    assert told == [["'=1+1", "yes", "", ""], ["", "no", "", "still told"]]


def test_nothing_unsaid_is_told(petition):
    sign(petition)
    assert "digest" not in text_of(petition)
    assert set(read(petition)[0]) == set(HEADER)


def test_lines_come_a_batch_at_a_time_and_each_says_how_many_it_holds(petition, monkeypatch):
    monkeypatch.setattr(operations, "BATCH", 3)
    for place in range(7):
        sign(petition, ODILE, email=f"o{place}@kwan.example", comment="two\nlines")
    db.session.rollback()
    lines = csv_lines(petition.id, "all")
    assert inspect.isgenerator(lines)
    assert [count for _, count in lines] == [0, 3, 3, 1]


def test_lines_are_in_the_order_of_signing(petition):
    for place in range(5):
        sign(petition, ODILE, email=f"o{place}@kwan.example")
    assert [line["email"] for line in read(petition)] == [
        f"o{place}@kwan.example" for place in range(5)
    ]


def test_a_change_that_comes_while_it_streams_is_no_second_line(app, petition, monkeypatch):
    monkeypatch.setattr(operations, "BATCH", 1)
    ids = [sign(petition, ODILE, email=f"o{place}@kwan.example") for place in range(3)]
    db.session.rollback()
    lines = csv_lines(petition.id, "all")
    next(lines)
    next(lines)
    Context().run(_change_all, app, ids)
    assert len(list(lines)) == 2
    db.session.rollback()


def _change_all(app, ids):
    with app.app_context():
        confirm(ids[0])
        hatch_now()
        withdraw(ids[2])
