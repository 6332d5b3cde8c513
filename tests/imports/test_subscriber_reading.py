"""Tests of reading lists of subscribers as spreadsheets and accidents make them."""

import io

import pytest

from campaign.imports.subscribers.reading import MAX_LISTED, SubscriberList
from campaign.imports.tables import FileRefused
from campaign.process.clock import utcnow
from campaign.subscriptions.importing import NEW

NAMES = ("amalia", "teo", "odile")
PEOPLE = [f"{name}@rosales.example" for name in NAMES]


@pytest.fixture(autouse=True)
def _app(app):
    """The languages of the site are settings."""


def read(data):
    """Return (addresses of the people, Result) of a list."""
    people = []

    def decide(batch):
        people.extend(person.email for person in batch)
        return [NEW] * len(batch)

    result = SubscriberList(io.BytesIO(data)).go_through(decide, asks=True, now=utcnow())
    return people, result


@pytest.mark.parametrize(
    ("lines", "found", "errors"),
    [
        (["{},x", '{},"x', "{},x"], [0], [(3, "unclosed_quote")]),
        (['{},"x', "{},x", '{},"x"'], [], [(2, "unclosed_quote")]),
        (['{},"x', '{},"x"', "{},x"], [2], [(2, "unclosed_quote")]),
        (["{},x,y", "{},x", "{},x"], [1, 2], [(2, "too_many_cells")]),
        (['{},"x\ny"', "{},x,y", "{},x"], [0, 2], [(4, "too_many_cells")]),
        (['{},6" tall', '{},"x\n""y"""', "{},"], [0, 1, 2], []),
    ],
)
def test_broken_line_is_an_error_even_in_a_column_that_is_not_used(lines, found, errors):
    rows = [line.format(person) for line, person in zip(lines, PEOPLE, strict=True)]
    people, result = read("\n".join(("email,note", *rows, "")).encode())
    assert people == [PEOPLE[place] for place in found]
    assert (result.errors, result.wrong) == (errors, len(errors))


def test_last_line_that_was_cut_is_an_error():
    people, result = read("\n".join(("email,note", f"{PEOPLE[0]},x", PEOPLE[1])).encode())
    assert people == PEOPLE[:1]
    assert result.errors == [(3, "cut_short")]


def test_open_quotation_mark_is_listed_below_many_other_errors():
    wrong = ["wrong,x"] * (MAX_LISTED + 1)
    result = read("\n".join(("email,note", *wrong, f'{PEOPLE[0]},"x', PEOPLE[1])).encode())[1]
    assert len(result.errors) == MAX_LISTED + 1
    assert result.errors[-1] == (MAX_LISTED + 3, "unclosed_quote")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("start", ["", "sep=;\r\n", "\r\n"])
def test_list_of_any_spreadsheet_program_is_read(encoding, start):
    lines = (f"{person};São Paulo, año" for person in PEOPLE)
    text = start + "\r\n".join(("correo;lugar", *lines, ""))
    subscribers = SubscriberList(io.BytesIO(text.encode(encoding)))
    assert subscribers.header == ["correo", "lugar"]
    people, result = read(text.encode(encoding))
    assert (people, result.wrong) == (PEOPLE, 0)


def test_separator_line_counts_in_the_numbers_of_lines():
    result = read(b"sep=;\nemail;note\nwrong;x\n")[1]
    assert [error.line for error in result.errors] == [3]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n,,\n", "empty"),
        (b"%PDF-1.7\nemail\n", "not_text"),
        (b"PK\x03\x04" + b"\0" * 4000, "not_text"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 4000, "not_text"),
        (b'email,"note\namalia@rosales.example,x\n', "unclosed_quote"),
    ],
)
def test_file_that_is_no_list_is_refused_with_a_reason(data, code):
    with pytest.raises(FileRefused) as refusal:
        SubscriberList(io.BytesIO(data))
    assert refusal.value.code == code
