"""Tests of files as spreadsheets, phones and accidents make them."""

import csv
import io
import re
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign.imports import csv_files, workbooks
from campaign.imports.csv_files import CsvReader
from campaign.imports.files import read_file
from campaign.imports.tables import MAX_CELL_LENGTH, MAX_ROWS, UNCLOSED, FileRefused

PEOPLE = [["given_name", "family_name"], ["José", "Ñáñez"], ["Zoë", "O’Brien"]]


def cells_of(data):
    return [row.cells for row in read_file(data).rows]


def text(rows, delimiter=","):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def workbook(*worksheets):
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        for rows in worksheets:
            worksheet = book.add_worksheet()
            for number, row in enumerate(rows):
                worksheet.write_row(number, 0, row)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_detected(encoding, delimiter):
    assert cells_of(text(PEOPLE, delimiter).encode(encoding)) == PEOPLE


def test_bytes_undefined_in_windows_encodings_are_still_read():
    assert cells_of(b"given_name,x\nJos\xe9,\x81\n")[1][0] == "José"


def test_separator_line_of_excel_is_no_row():
    table = read_file(b"sep=;\r\na;b,c\r\n1;2,5\r\n")
    assert [row.cells for row in table.rows] == [["a", "b,c"], ["1", "2,5"]]


def test_quotation_mark_is_no_delimiter():
    assert read_file(b'sep="\r\nname,town\r\nAna,Oaxaca\r\n').rows[1].cells == ["name", "town"]


def test_newline_in_quotes_stays_in_its_cell_and_rows_keep_their_number():
    table = read_file(b'given_name,comment\nAna,"one\ntwo, ""three"""\n\n,\nBo,x\n')
    assert [(row.row_number, row.cells) for row in table.rows[1:]] == [
        (2, ["Ana", 'one\ntwo, "three"']),
        (5, ["Bo", "x"]),
    ]


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_any_line_ending_works(newline):
    assert cells_of(newline.join(["a,b", "1,2", "3,4"]).encode()) == [
        ["a", "b"],
        ["1", "2"],
        ["3", "4"],
    ]


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        (b'Bo,"Quetz', "unclosed_quote"),
        (b'Bo,"Quetz\nAna,Torres,06600\n', "unclosed_quote"),
        (b"Bo", "cut_short"),
        (b"Bo,Quetz,06600,oops\n", "too_many_cells"),
        (b"Bo,Quetz,06600,\n", ""),
        (b"Bo,Quetz\n", ""),
        (b'Bo,"the ""great""",06600', ""),
        (b'Bo,6" tall,06600\n', ""),
    ],
)
def test_broken_row_says_what_is_wrong_with_it(end, fault):
    rows = read_file(b"given_name,family_name,postal_code\nAna,Torres,06600\n" + end).rows
    assert [row.error_code for row in rows] == ["", "", fault]


def test_quotation_mark_that_only_a_later_row_closes_is_an_error():
    rows = read_file(b'name,note\nAna,"one\nBo,"two"\nCy,"three\nfour"\n').rows
    assert [(row.row_number, row.error_code) for row in rows] == [(1, ""), (2, UNCLOSED), (3, "")]


def test_row_has_a_limit(monkeypatch):
    monkeypatch.setattr(csv_files, "MAX_ROW_CHARACTERS", 11)
    assert cells_of(b'a,b\n"1\n2345",6\n7,8\n') == [["a", "b"], ["1\n2345", "6"], ["7", "8"]]
    with pytest.raises(FileRefused) as refusal:
        read_file(b'a,b\n"1\n23456",7\n8,9\n')
    assert refusal.value.code == "row_too_long"


def test_rows_are_read_as_they_are_needed():
    file = io.BytesIO(b"a,b\n" * 1_000_000)
    rows = iter(CsvReader(file))
    assert next(rows).cells == ["a", "b"]
    assert file.tell() < 500_000
    assert sum(1 for _row in rows) == 999_999


def test_cell_of_200_kilobytes_is_not_stored():
    rows = read_file(b"given_name,comment\nAna," + b"x" * 200_000 + b"\nBo,y\n").rows
    assert [len(row.cells[1]) for row in rows[1:]] == [MAX_CELL_LENGTH + 1, 1]


def test_row_limit_is_enforced():
    assert len(read_file(b"a,b\n" * (MAX_ROWS + 1)).rows) == MAX_ROWS + 1
    with pytest.raises(FileRefused) as refusal:
        read_file(b"a,b\n" * (MAX_ROWS + 2))
    assert refusal.value.code == "too_many_rows"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        (b",,\n,,\n", "empty"),
        (b"%PDF-1.7\n", "not_text"),
        (b"a\0b,c\n" * 3, "not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old_workbook"),
        (b"PK\x03\x04 not really", "not_a_workbook"),
        (workbook([]), "empty"),
    ],
)
def test_file_that_is_no_list_is_refused_with_a_reason(data, code):
    with pytest.raises(FileRefused) as refusal:
        read_file(data)
    assert refusal.value.code == code


def test_workbook_numbers_dates_and_check_marks_become_text():
    data = workbook(
        [],
        [
            ["name", "zip", "on", "at", "news", "x"],
            ["Ana", 6600, date(2026, 11, 20), datetime(2026, 11, 20, 9, 30), True, 1.5],
        ],
    )
    assert cells_of(data)[1] == ["Ana", "6600", "2026-11-20", "2026-11-20T09:30:00", "yes", "1.5"]


def test_workbook_rows_have_the_numbers_of_the_spreadsheet():
    assert [row.row_number for row in read_file(workbook([[], ["name"], [], ["Ana"]])).rows] == [
        2,
        4,
    ]


def packed(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return file.getvalue()


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def test_zip_bomb_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = packed({**parts_of(workbook(PEOPLE)), "xl/worksheets/x.xml": b" " * 2_000_000})
    assert len(bomb) < 20_000
    with pytest.raises(FileRefused) as refusal:
        read_file(bomb)
    assert refusal.value.code == "too_large_unpacked"


def sharing(text, cells, attributes='t="s"'):
    """Return a workbook with this many cells in one column that share one text."""
    parts = parts_of(workbook([["name"]]))
    shared, worksheet = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
    parts[shared] = parts[shared].replace(b"<t>name</t>", f"<t>{text}</t>".encode())
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" {attributes}><v>0</v></c></row>' for n in range(1, cells + 1)
    )
    parts[worksheet] = re.sub(
        rb"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>".encode(), parts[worksheet]
    )
    return packed(parts)


@pytest.mark.parametrize("attributes", ['t="s"', 't="&#115;"', "s='1' t\n=\n's'"])
def test_long_text_shared_by_many_cells_is_refused_before_it_is_copied(attributes):
    bomb = sharing("a" * 100_000, 5_000, attributes)
    assert len(bomb) < 50_000
    with pytest.raises(FileRefused) as refusal:
        read_file(bomb)
    assert refusal.value.code == "too_large_unpacked"


def test_one_long_text_beside_many_short_ones_is_accepted():
    rows = [["a" * 30_000], *([f"name {number % 700}"] for number in range(20_000))]
    assert len(read_file(workbook(rows)).rows) == 20_001


@pytest.mark.parametrize(
    "texts",
    [
        "<!DOCTYPE sst [<!ENTITY a 'b'>]><sst><si><t>&a;</t></si></sst>",
        "<sst><si><si><t>a</t></si></si></sst>",
        "<sst><si>",
    ],
)
def test_texts_that_no_spreadsheet_writes_are_refused(texts):
    parts = {**parts_of(workbook(PEOPLE)), "xl/sharedStrings.xml": texts}
    with pytest.raises(FileRefused) as refusal:
        read_file(packed(parts))
    assert refusal.value.code == "not_a_workbook"


@pytest.mark.parametrize(
    ("corner", "code"),
    [
        ("XFD2", "too_many_columns"),
        ("A1048576", "too_many_rows"),
        ("A4294967295", "too_many_rows"),
        ("A0000000001048576", "too_many_rows"),
        ("AAAAAA3", "too_many_columns"),
        ("ZZ190000", "too_many_rows"),
    ],
)
def test_single_cell_in_the_last_corner_does_not_allocate_the_whole_worksheet(corner, code):
    parts = parts_of(workbook(PEOPLE))
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b'r="B3"', f'r="{corner}"'.encode())
    with pytest.raises(FileRefused) as refusal:
        read_file(packed(parts))
    assert refusal.value.code == code


@pytest.mark.parametrize("place", ["xl/other/sheet1.xml", "xl/Worksheets/sheet1.xml"])
def test_worksheet_at_another_path_is_measured_too(place):
    parts = parts_of(workbook(PEOPLE))
    parts[place] = parts.pop("xl/worksheets/sheet1.xml").replace(b'r="B3"', b'r="A1048576"')
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"worksheets/sheet1.xml", place.removeprefix("xl/").encode())
    with pytest.raises(FileRefused) as refusal:
        read_file(packed(parts))
    assert refusal.value.code == "too_many_rows"


def test_cell_without_a_reference_is_within_the_existing_rows():
    parts = parts_of(workbook(PEOPLE))
    name = "xl/worksheets/sheet1.xml"
    far = parts[name].replace(b'<row r="3"', b'<row r="1000000000"')
    parts[name] = re.sub(rb' r="[A-Z]+3"', b"", far)
    table = read_file(packed(parts))
    assert [row.row_number for row in table.rows] == [1, 2, 3] and table.rows[2].cells == cells_of(
        workbook(PEOPLE)
    )[2]


def test_blank_row_at_the_very_end_of_a_worksheet_is_harmless():
    parts = parts_of(workbook(PEOPLE))
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(
        b"</sheetData>", b'<row r="1048576" spans="1:2"/></sheetData>'
    )
    assert cells_of(packed(parts)) == cells_of(workbook(PEOPLE))


ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="a"><table:table-row><table:table-cell office:value-type="string"
 table:number-columns-repeated="3"><text:p>Ana</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>
</office:body></office:document-content>"""


def test_workbook_of_another_kind_is_not_read_as_this_one():
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ODS}
    with pytest.raises(FileRefused) as refusal:
        read_file(packed(parts))
    assert refusal.value.code == "not_a_workbook"


def test_password_protected_workbook_is_refused():
    data = bytearray(workbook(PEOPLE))
    at = data.index(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    with pytest.raises(FileRefused):
        read_file(bytes(data))


CELLS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="\ufeff"),
    min_size=1,
    max_size=12,
)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=8)
)


@settings(deadline=None, max_examples=60)
@example(rows=[["0", ";0"], ["0", ";"]], delimiter="\t", encoding="utf-8-sig")
@example(rows=[["0", ";;0"], ["0", ";;"], ["0", ";;"]], delimiter="\t", encoding="utf-8-sig")
@given(
    rows=TABLES,
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8-sig", "utf-16"]),
)
def test_quoted_spreadsheet_text_is_read_back_unchanged(rows, delimiter, encoding):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert cells_of(file.getvalue().encode(encoding)) == rows


@settings(deadline=None, max_examples=150)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_without_other_errors(data):
    try:
        rows = read_file(data).rows
    except FileRefused:
        return
    assert rows
    assert all(
        len(cell) <= MAX_CELL_LENGTH + 1 and "\0" not in cell for row in rows for cell in row.cells
    )
