"""How much text the cells of a workbook hold once each has a copy of its own.

A workbook keeps each text once, and cells name it by its number. The reader copies it for each of them, so that one long text and
many cells, a few kilobytes in the file, would take all memory.
"""

from xml.parsers import expat

# A cell that names a text is an element in an element, each with a beginning and an end.
CELL_CHARACTERS = 4


class TooMuchText(Exception):
    """The cells would hold more text than there may be."""


class SharedTexts:
    """The lengths of the texts in the `words` of the part that holds them. Raises ExpatError where that is not well-formed."""

    def __init__(self, words):
        self._lengths, self._is_in_text = [], False
        _parse(words, self._start, self._end, self._text)
        self._longest = max(self._lengths, default=0)

    def refuse_more_than(self, most, words):
        """Raise TooMuchText where the cells of a sheet, the part `words`, hold more than `most` letters of these texts."""
        # Most sheets need not be looked at cell by cell.
        if self._longest * (words.count(b"<") // CELL_CHARACTERS) > most:
            cells = _Cells(self._length, most)
            _parse(words, cells.start, cells.end, cells.text)

    def _length(self, number):
        number = number.strip()
        is_known = (
            number.isascii()
            and number.isdecimal()
            and len(number) < 10
            and int(number) < len(self._lengths)
        )
        return self._lengths[int(number)] if is_known else self._longest

    def _start(self, name, _attributes):
        if _local(name) == "si":
            if self._is_in_text:
                raise expat.ExpatError("a text within a text")
            self._is_in_text = True
            self._lengths.append(0)

    def _end(self, name):
        if _local(name) == "si":
            self._is_in_text = False

    def _text(self, letters):
        if self._is_in_text:
            self._lengths[-1] += len(letters)


class _Cells:
    """Adds up, while a sheet is parsed, what its cells hold of shared texts."""

    def __init__(self, length_of, most):
        self._length_of, self._left = length_of, most
        self._shares, self._number = False, None

    def start(self, name, attributes):
        if _local(name) == "c":
            self._shares = attributes.get("t") == "s"
        elif _local(name) == "v" and self._shares:
            self._number = ""

    def text(self, letters):
        if self._number is not None:
            self._number += letters

    def end(self, name):
        if _local(name) == "v" and self._number is not None:
            self._left -= self._length_of(self._number)
            self._number = None
            if self._left < 0:
                raise TooMuchText


def _parse(words, start, end, text):
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
        start,
        end,
        text,
    )
    # No spreadsheet writes one, and by its entities a text may grow beyond all measure.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(words, True)


def _refuse_doctype(*_declared):
    raise expat.ExpatError("a workbook has no document type")


def _local(name):
    return name.rpartition(":")[2]
