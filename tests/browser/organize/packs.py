"""Read a delivery pack as its recipient does: unzip, check the sums, read the PDF line by line."""

import csv
import hashlib
import io
import zipfile
from itertools import takewhile

import pypdfium2


class Pack:
    """The files of a pack, by name. A damaged pack or wrong checksums raise an error."""

    def __init__(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            self.files = {
                name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()
            }
        sums = [line.split("  ") for line in self.files["SHA256SUMS"].decode().splitlines()]
        assert {name: hashlib.sha256(self.files[name]).hexdigest() for _, name in sums} == {
            name: digest for digest, name in sums
        }
        assert {name for _, name in sums} == self.files.keys() - {"SHA256SUMS"}

    def lines(self, name):
        """Return the lines of a PDF, as text copied from it."""
        return [
            line
            for page in pypdfium2.PdfDocument(self.files[name])
            for line in page.get_textpage().get_text_bounded().splitlines()
        ]

    def rows(self):
        """Return the rows of the table."""
        return list(
            csv.DictReader(
                io.StringIO(self.files["signatures.csv"].decode("utf-8-sig"), newline="")
            )
        )

    def numbers_on_paper(self):
        """Return the numbers 1, 2, … before the signatures on paper, up to the first gap."""
        # A right-to-left line ends with its number.
        ends = {
            end
            for line in self.lines("signatures.pdf")
            for end in (line.partition(" ")[0], line.rpartition(" ")[2])
        }
        numbers = {int(end.replace(",", "")) for end in ends if end.replace(",", "").isdecimal()}
        return list(takewhile(numbers.__contains__, range(1, len(numbers) + 2)))
