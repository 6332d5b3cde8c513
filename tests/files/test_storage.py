"""Tests of the storage of files: a folder and a bucket behave alike."""

import logging
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from secrets import token_hex

import pytest

from campaign.files import bucket
from campaign.files.bucket import PART_BYTES, READ_BYTES
from campaign.files.choice import storage_for
from campaign.files.scratch import MAX_AGE, remove_scratch, scratch_folder, sweep_scratch
from campaign.files.storage import FilesUnavailable
from tests.s3_server import S3Server

FOLDER = {"FILES_URL": ""}
# A bound of hangs, not a measurement: two attempts of four seconds, ten times over. Without our
# limits, the library tries for three minutes.
MAX_SECONDS = 80


@pytest.fixture(scope="module")
def s3():
    server = S3Server()
    yield server
    server.stop()


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def settings(request, tmp_path):
    if request.param == "folder":
        return {"VAR_DIR": str(tmp_path), **FOLDER}
    server = request.getfixturevalue("s3")
    return {"VAR_DIR": str(tmp_path), **server.settings(prefix=token_hex(4))}


@pytest.fixture
def storage(settings):
    return storage_for(settings, "exports")


@pytest.fixture
def put(storage, tmp_path):
    def put(name, content, **options):
        source = tmp_path / "source"
        source.write_bytes(content)
        storage.put(name, source, **options)
        return source

    return put


class TestStorage:
    """What each storage does."""

    def test_file_comes_back_and_its_source_is_gone(self, storage, put):
        content = os.urandom(2 * PART_BYTES + 5)
        source = put("1.sealed", content)
        assert not source.exists() and storage.has("1.sealed")
        with storage.open("1.sealed") as file:
            assert file.read() == content

    def test_file_is_read_from_any_position(self, storage, put):
        content = os.urandom(READ_BYTES + 1000)
        put("1.sealed", content)
        with storage.open("1.sealed") as file:
            for start in (READ_BYTES - 3, 0, len(content) - 4, 7, len(content)):
                file.seek(start)
                assert file.read(10) == content[start : start + 10]
            assert file.seek(-4, os.SEEK_END) == len(content) - 4
            assert file.read() == content[-4:]

    def test_empty_file_is_a_file(self, storage, put):
        put("1.sealed", b"")
        assert storage.has("1.sealed")
        with storage.open("1.sealed") as file:
            assert file.read() == b""

    def test_file_replaces_the_one_of_its_name(self, storage, put):
        put("1.sealed", b"before")
        put("1.sealed", b"after")
        with storage.open("1.sealed") as file:
            assert file.read() == b"after"

    def test_stopped_file_is_not_there(self, storage, put):
        calls = []

        def stop():
            calls.append(1)
            if len(calls) == 2:
                raise KeyError

        if storage.__class__.__name__ == "FolderStorage":
            calls.append(1)
        with pytest.raises(KeyError):
            put("1.sealed", b"x" * (2 * PART_BYTES), on_progress=stop)
        assert not storage.has("1.sealed") and list(storage.files()) == []

    def test_missing_file_is_not_found(self, storage):
        assert not storage.has("1.sealed")
        with pytest.raises(FileNotFoundError):
            storage.open("1.sealed")

    def test_files_are_listed_by_folder_with_size_and_time(self, settings, storage, put):
        before = int(time.time())
        put("1.sealed", b"one")
        put("2.sealed", b"three")
        posters = storage_for(settings, "posters")
        assert list(posters.files()) == []
        listed = {file.name: file for file in storage.files()}
        assert {name: file.size for name, file in listed.items()} == {"1.sealed": 3, "2.sealed": 5}
        # A bucket notes whole seconds.
        after = time.time() + 1
        assert before <= listed["1.sealed"].modified_at <= after

    def test_many_files_are_all_listed(self, storage, put):
        for number in range(30):
            put(f"{number}.sealed", b"")
        assert len(list(storage.files())) == 30

    def test_deleted_file_is_gone_and_deleting_it_twice_is_harmless(self, storage, put):
        put("1.sealed", b"one")
        storage.delete("1.sealed")
        storage.delete("1.sealed")
        assert not storage.has("1.sealed")


def test_folder_is_for_its_owner_only(tmp_path):
    settings = {"VAR_DIR": str(tmp_path / "var"), **FOLDER}
    source = scratch_folder(settings) / "draft"
    source.write_bytes(b"content")
    storage_for(settings, "exports").put("1.sealed", source)
    for folder in ("scratch", "exports"):
        assert (tmp_path / "var" / folder).stat().st_mode & 0o077 == 0


def is_bounded(operation):
    started = time.monotonic()
    with pytest.raises(FilesUnavailable):
        operation()
    return time.monotonic() - started < MAX_SECONDS


def test_storage_that_is_away_is_an_error_within_seconds(tmp_path, caplog):
    server = S3Server()
    storage = storage_for({"VAR_DIR": str(tmp_path), **server.settings()}, "exports")
    source = tmp_path / "source"
    source.write_bytes(b"x" * (PART_BYTES + 1))
    server.stop()
    caplog.set_level(logging.ERROR)
    assert is_bounded(lambda: storage.has("1.sealed"))
    assert is_bounded(lambda: storage.open("1.sealed"))
    assert is_bounded(lambda: list(storage.files()))
    assert is_bounded(lambda: storage.delete("1.sealed"))
    assert is_bounded(lambda: storage.put("1.sealed", source))
    # It is still here for the next attempt, and the key is in no log.
    assert source.exists() and "secret" not in caplog.text and server.endpoint in caplog.text


def connections_at(server):
    """Return how many connections wait at a server that never answers. Forget them."""
    server.settimeout(0)
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def test_storage_that_does_not_answer_is_an_error_within_seconds(tmp_path, monkeypatch):
    # Nothing that this test does takes an hour, however busy the machine is.
    monkeypatch.setattr(bucket, "PAUSE_SECONDS", 3600)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = {
            "VAR_DIR": str(tmp_path),
            "FILES_URL": f"s3://bucket?endpoint={endpoint}",
            "FILES_ACCESS_KEY": "key",
            "FILES_SECRET_KEY": "secret",
        }
        storage = storage_for(settings, "exports")
        source = tmp_path / "source"
        source.write_bytes(b"content")
        assert is_bounded(lambda: storage.put("1.sealed", source))
        assert connections_at(silent) > 0
        # Others do not wait for it again: they do not even ask.
        with pytest.raises(FilesUnavailable):
            storage.has("1.sealed")
        assert connections_at(silent) == 0


def test_bucket_that_does_not_exist_is_an_error(s3, tmp_path):
    settings = {**s3.settings(), "FILES_URL": f"s3://nowhere?endpoint={s3.endpoint}"}
    source = tmp_path / "source"
    source.write_bytes(b"content")
    with pytest.raises(FilesUnavailable):
        storage_for(settings, "exports").put("1.sealed", source)


# `resource` would count the peak of the process that started this one.
MEMORY = """
import sys
from pathlib import Path

from campaign.files.choice import storage_for

settings = {"VAR_DIR": "", "FILES_URL": sys.argv[1], "FILES_ACCESS_KEY": "k", "FILES_SECRET_KEY": "s"}
storage = storage_for(settings, "exports")


def peak_kilobytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


before = peak_kilobytes()
storage.put("large", Path(sys.argv[2]))
with storage.open("large") as file:
    while file.read(2**20):
        pass
print(peak_kilobytes() - before)
"""


@pytest.mark.slow
def test_large_file_takes_little_memory(s3, tmp_path):
    source, size = tmp_path / "source", 64 * 2**20
    with source.open("wb") as file:
        file.truncate(size)
    url = s3.settings(prefix="large")["FILES_URL"]
    answer = subprocess.run(
        [sys.executable, "-c", MEMORY, url, source], capture_output=True, text=True, check=True
    )
    assert int(answer.stdout) * 1024 < size / 2


def test_what_a_crash_left_is_removed_later(tmp_path):
    settings = {"VAR_DIR": str(tmp_path)}
    folder = scratch_folder(settings)
    (folder / "export-1.draft").write_bytes(b"")
    (folder / "poster-2").mkdir()
    (folder / "poster-2" / "names").write_bytes(b"")
    sweep_scratch(settings)
    assert len(list(folder.iterdir())) == 2
    sweep_scratch(settings, now=time.time() + MAX_AGE + 60)
    assert list(folder.iterdir()) == []


def test_only_what_begins_with_the_prefix_is_removed(tmp_path):
    settings = {"VAR_DIR": str(tmp_path)}
    for name in ("export-1.draft", "export-12.draft"):
        (scratch_folder(settings) / name).write_bytes(b"")
    remove_scratch(settings, "export-1.")
    assert [path.name for path in scratch_folder(settings).iterdir()] == ["export-12.draft"]
