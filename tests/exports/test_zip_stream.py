"""Tests of zip archives written as a stream."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from campaign.exports import zip_stream
from campaign.exports.zip_stream import ArchiveTooLarge, ZipStream

AT = datetime(2026, 11, 25, 9, 30, 8, tzinfo=UTC)
PARTS = [b"Amalia\n" * 1000, b"", bytes(range(256)) * 40]


def steps():
    yield lambda archive: archive.begin("página/one.txt")
    for part in PARTS:
        yield lambda archive, part=part: archive.add(part)
    yield lambda archive: archive.end()
    yield lambda archive: archive.file("two.txt", b"")
    yield lambda archive: archive.finish()


def test_every_program_can_open_it():
    archive = ZipStream(AT)
    book = zipfile.ZipFile(io.BytesIO(b"".join(step(archive) for step in steps())))
    assert book.testzip() is None
    assert {item.filename: book.read(item) for item in book.infolist()} == {
        "página/one.txt": b"".join(PARTS),
        "two.txt": b"",
    }
    assert book.infolist()[0].date_time == (2026, 11, 25, 9, 30, 8)
    assert book.infolist()[0].compress_size < 4000


def test_archive_that_some_programs_cannot_open_is_refused(monkeypatch):
    monkeypatch.setattr(zip_stream, "MAX_ZIP_BYTES", 100)
    archive = ZipStream(AT)
    archive.begin("one.txt")
    archive.add(b"x" * 101)
    with pytest.raises(ArchiveTooLarge):
        archive.end()
