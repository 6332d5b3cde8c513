"""Tests of writing rows as CSV."""

import csv
import io

from campaign.text.csv_writing import csv_file

ROWS = [["name", "count"], ["=Núñez", -3], ["one\ntwo", None]]
READ = [["name", "count"], ["'=Núñez", "-3"], ["one\ntwo", ""]]


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_file_for_programs_has_no_byte_order_mark():
    text = csv_file(ROWS, for_excel=False)
    assert read(text) == READ
    assert text.startswith("name,count\n")


def test_file_for_excel_has_a_byte_order_mark_and_its_line_ends():
    text = csv_file(ROWS, for_excel=True)
    assert text.startswith("\ufeffname,count\r\n")
    assert read(text[1:]) == READ
