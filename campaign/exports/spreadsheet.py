"""Excel workbooks (ECMA-376), written as a stream."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from campaign.exports.zip_stream import ZipStream
from campaign.text.formulas import neutralise_all

MAX_ROWS = 1_048_576
# A worksheet's XML must stay below four gigabytes unpacked, too.
MAX_BYTES = 2**31
LEVEL = 1
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Characters that XML 1.0 forbids.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STYLES = (
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
)


class Spreadsheet:
    """A format (see `formats`). A full worksheet is followed by another one with the same heading.

    Every cell except numbers is text, so that no program changes it. Texts that look like formulas
    are escaped as well, because people may save the file as CSV later.
    """

    suffix: ClassVar[str] = "xlsx"
    media_type: ClassVar[str] = f"{_TYPES}.sheet"

    def __init__(
        self, header: Sequence[str], kinds: Sequence[str], *, at: datetime | None = None
    ) -> None:
        self._header, self._kinds = header, kinds
        self._letters = [_letters(index) for index in range(len(header))]
        self._zip = ZipStream(at or datetime.now(UTC), level=LEVEL)
        self._worksheets, self._rows = 0, 0

    def begin(self) -> bytes:
        self._worksheets, self._rows = self._worksheets + 1, 1
        heading = "".join(
            f'<c r="{letter}1" s="1" t="inlineStr"><is><t>{escape(name)}</t></is></c>'
            for letter, name in zip(self._letters, self._header, strict=True)
        )
        widths = "".join(
            f'<col min="{n}" max="{n}" width="18" customWidth="1"/>'
            for n in range(1, len(self._header) + 1)
        )
        return self._zip.begin(f"xl/worksheets/sheet{self._worksheets}.xml") + self._write(
            f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f'<cols>{widths}</cols><sheetData><row r="1">{heading}</row>'
        )

    def add(self, columns: Sequence[Sequence[Any]]) -> bytes:
        written, count = b"", len(columns[0])
        for first in range(0, count, MAX_ROWS - 1):
            part = [column[first : first + MAX_ROWS - 1] for column in columns]
            if self._rows + len(part[0]) > MAX_ROWS or self._zip.open_size > MAX_BYTES:
                written += self._end_worksheet() + self.begin()
            written += self._add(part)
        return written

    def end(self) -> bytes:
        worksheets = range(1, self._worksheets + 1)
        beside_workbook = [
            *(("worksheet", f"worksheets/sheet{n}.xml") for n in worksheets),
            ("styles", "styles.xml"),
        ]
        parts = (
            ("[Content_Types].xml", _content_types(worksheets)),
            ("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])),
            ("xl/workbook.xml", _workbook(worksheets)),
            ("xl/_rels/workbook.xml.rels", _relations(beside_workbook)),
            ("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}">{_STYLES}</styleSheet>'),
        )
        return (
            self._end_worksheet()
            + b"".join(self._zip.file(name, (_DECLARED + xml).encode()) for name, xml in parts)
            + self._zip.finish()
        )

    def _add(self, columns: Sequence[Sequence[Any]]) -> bytes:
        numbers = range(self._rows + 1, self._rows + len(columns[0]) + 1)
        self._rows = numbers[-1]
        cells = [
            _number_cells(letter, numbers, column)
            if kind == "integer"
            else _text_cells(letter, numbers, column, kind == "text")
            for letter, kind, column in zip(self._letters, self._kinds, columns, strict=True)
        ]
        return self._write(
            "".join(
                f'<row r="{n}">{"".join(row)}</row>'
                for n, *row in zip(numbers, *cells, strict=True)
            )
        )

    def _end_worksheet(self) -> bytes:
        return self._write("</sheetData></worksheet>") + self._zip.end()

    def _write(self, xml: str) -> bytes:
        return self._zip.add(xml.encode())


def _number_cells(letter: str, numbers: Iterable[int], column: Sequence[Any]) -> list[str]:
    return [
        "" if value is None else f'<c r="{letter}{n}"><v>{value}</v></c>'
        for n, value in zip(numbers, column, strict=True)
    ]


def _text_cells(
    letter: str, numbers: Iterable[int], column: Sequence[str | None], is_free: bool
) -> list[str]:
    """Return text cells. Only free text may contain characters special to XML or spreadsheets."""
    texts = _escape(column) if is_free else column
    return [
        f'<c r="{letter}{n}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        if text
        else ""
        for n, text in zip(numbers, texts, strict=True)
    ]


def _escape(column: Sequence[str | None]) -> Sequence[str | None]:
    safe = neutralise_all(column)
    if _SPECIAL.search("\n".join(filter(None, safe))):
        return [text and escape(_FORBIDDEN.sub("\ufffd", text), {"\r": "&#13;"}) for text in safe]
    return safe


def _letters(index: int) -> str:
    """Return the name of a column by its index from 0, such as Z for 25 and AA for 26."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(65 + letter) + name
    return name


def _content_types(worksheets: Iterable[int]) -> str:
    parts = [
        ("workbook", "sheet.main"),
        ("styles", "styles"),
        *((f"worksheets/sheet{n}", "worksheet") for n in worksheets),
    ]
    overrides = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
        for name, kind in parts
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _workbook(worksheets: Iterable[int]) -> str:
    rows = "".join(
        f'<sheet name="Signatures{f" {n}" if n > 1 else ""}" sheetId="{n}" r:id="rId{n}"/>'
        for n in worksheets
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{rows}</sheets></workbook>'
