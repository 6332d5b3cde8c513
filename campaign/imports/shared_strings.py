"""Measure how much text the cells of a workbook hold once each has its own copy.

A workbook stores each text once, and cells refer to it by number. The reader copies it for each
cell. So one long text and many cells, a few kilobytes in the file, could use up all memory.
"""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from xml.parsers import expat

# A cell with a shared text is two nested elements, each with a start and an end tag: four "<".
CELL_CHARACTERS = 4


class TooMuchText(Exception):
    """The cells would hold more text than the limit."""


class SharedTexts:
    """The lengths of the shared texts in `xml`, a part of a workbook.

    Raises ExpatError if the part is not well-formed.
    """

    def __init__(self, xml: bytes) -> None:
        self._lengths: list[int] = []
        self._is_in_text = False
        _parse(xml, self._start, self._end, self._text)
        self._longest = max(self._lengths, default=0)

    def refuse_more_than(self, limit: int, xml: bytes) -> None:
        """Raise TooMuchText if a sheet holds more than `limit` characters of shared texts.

        `xml` is the XML part of the sheet.
        """
        # This upper bound is cheap, and spares most sheets from being parsed cell by cell.
        if self._longest * (xml.count(b"<") // CELL_CHARACTERS) > limit:
            cells = _CellCounter(self._length, limit)
            _parse(xml, cells.start, cells.end, cells.text)

    def _length(self, number: str) -> int:
        number = number.strip()
        is_known = (
            number.isascii()
            and number.isdecimal()
            and len(number) < 10
            and int(number) < len(self._lengths)
        )
        return self._lengths[int(number)] if is_known else self._longest

    def _start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if _local(name) == "si":
            if self._is_in_text:
                raise expat.ExpatError("a text within a text")
            self._is_in_text = True
            self._lengths.append(0)

    def _end(self, name: str) -> None:
        if _local(name) == "si":
            self._is_in_text = False

    def _text(self, text: str) -> None:
        if self._is_in_text:
            self._lengths[-1] += len(text)


class _CellCounter:
    """Adds up the shared texts of a sheet's cells while the sheet is parsed."""

    def __init__(self, length_of: Callable[[str], int], limit: int) -> None:
        self._length_of, self._left = length_of, limit
        self._shares = False
        self._number: str | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) == "c":
            self._shares = attributes.get("t") == "s"
        elif _local(name) == "v" and self._shares:
            self._number = ""

    def text(self, text: str) -> None:
        if self._number is not None:
            self._number += text

    def end(self, name: str) -> None:
        if _local(name) == "v" and self._number is not None:
            self._left -= self._length_of(self._number)
            self._number = None
            if self._left < 0:
                raise TooMuchText


def _parse(
    xml: bytes,
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any],
    text: Callable[[str], Any],
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
        start,
        end,
        text,
    )
    # No spreadsheet program writes a DOCTYPE, and its entities could expand a text without limit.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(xml, True)


def _refuse_doctype(*_declared: object) -> NoReturn:
    raise expat.ExpatError("a workbook has no document type")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
