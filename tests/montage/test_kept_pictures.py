"""Tests of pictures that are drawn while a visitor waits, and of the files that cache them."""

import logging
import os
from pathlib import Path
from threading import Event, Thread

import pytest

from campaign.db.failure_log import FailureLog
from campaign.montage import pictures
from campaign.montage.pictures import CACHE_SECONDS, DrawingQueueFull, DrawnPicture, cached, latest


def test_cached_picture_is_drawn_once(tmp_path):
    drawn = []
    for _ in range(2):
        assert cached(tmp_path / "pictures", "x", lambda: drawn.append(1) or b"drawn") == b"drawn"
    assert len(drawn) == 1 and [file.suffix for file in (tmp_path / "pictures").iterdir()] == [
        ".png"
    ]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), PermissionError()])
def test_full_disk_still_serves_the_picture(tmp_path, monkeypatch, caplog, fault):
    def fail(*_):
        raise fault

    monkeypatch.setattr(Path, "write_bytes", fail)
    # Failures within a second share an entry.
    own_log = FailureLog(logging.getLogger("campaign.pictures"))
    monkeypatch.setattr(pictures, "failure_log", own_log)
    assert cached(tmp_path, "x", lambda: b"drawn") == b"drawn"
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert not list(tmp_path.iterdir())


def test_picture_leaves_the_rest_of_the_disk_to_signatures(tmp_path, nearly_full_disk):
    assert cached(tmp_path, "x", lambda: b"drawn") == b"drawn"
    assert not list(tmp_path.iterdir())


def test_picture_deleted_while_read_is_drawn_again(tmp_path, monkeypatch):
    cached(tmp_path, "x", lambda: b"first")
    for file in tmp_path.iterdir():
        file.unlink()
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert cached(tmp_path, "x", lambda: b"anew") == b"anew"


class Slow:
    """A drawing that takes until the test releases it."""

    def __init__(self):
        self.begun, self.go, self.times = Event(), Event(), 0

    def __call__(self):
        self.times += 1
        self.begun.set()
        assert self.go.wait(60)
        return b"new"


@pytest.fixture
def slow():
    drawing = Slow()
    yield drawing
    drawing.go.set()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_WAIT_SECONDS", 0.001)


def test_last_picture_is_shown_while_a_new_one_is_drawn(tmp_path, slow, impatient):
    assert latest(tmp_path, "cause", 1, lambda: b"old") == DrawnPicture(b"old")
    for _ in range(3):
        assert latest(tmp_path, "cause", 2, slow) == DrawnPicture(b"old", is_current=False)
    slow.go.set()
    # Another series has no older picture. It waits its turn, and by then the new one is cached.
    assert latest(tmp_path, "other", 1, lambda: b"other") == DrawnPicture(b"other")
    assert latest(tmp_path, "cause", 2, slow) == DrawnPicture(b"new")
    assert slow.times == 1


def test_picture_saved_as_the_wait_ends_is_current(tmp_path, monkeypatch):
    latest(tmp_path, "cause", 1, lambda: b"old")

    class Late:
        def result(self, _seconds):
            pictures._draw_once(saved, lambda: b"new", pictures._queue.drawing)
            raise TimeoutError

    def draw(file, _work):
        nonlocal saved
        saved = file
        return Late()

    saved = None
    monkeypatch.setattr(pictures._drawer, "draw", draw)
    assert latest(tmp_path, "cause", 2, lambda: b"new") == DrawnPicture(b"new")


def test_quick_drawing_is_shown_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_WAIT_SECONDS", 60)
    latest(tmp_path, "cause", 1, lambda: b"old")
    assert latest(tmp_path, "cause", 2, lambda: b"new") == DrawnPicture(b"new")


def test_old_picture_is_not_shown_for_a_new_one(tmp_path, slow, impatient):
    latest(tmp_path, "cause", 1, lambda: b"old")
    [file] = tmp_path.iterdir()
    modified_at = file.stat().st_mtime - CACHE_SECONDS - 1
    os.utime(file, (modified_at, modified_at))
    slow.go.set()
    assert latest(tmp_path, "cause", 2, slow) == DrawnPicture(b"new")


def test_process_draws_one_picture_at_a_time(tmp_path, slow, impatient):
    for series in ("a", "b"):
        latest(tmp_path, series, 1, lambda: b"old")
    latest(tmp_path, "a", 2, slow)
    assert slow.begun.wait(60)
    drawn = []
    latest(tmp_path, "b", 2, lambda: drawn.append("b") or b"new")
    other = Thread(
        target=lambda: cached(tmp_path, "poster", lambda: drawn.append("poster") or b"poster")
    )
    other.start()
    assert drawn == []
    slow.go.set()
    other.join(60)
    assert latest(tmp_path, "c", 1, lambda: b"last") == DrawnPicture(b"last")
    assert sorted(drawn) == ["b", "poster"]


def test_waiting_crowd_gets_the_last_picture_or_is_refused(tmp_path, slow, monkeypatch):
    latest(tmp_path, "cause", 1, lambda: b"old")
    monkeypatch.setattr(pictures._queue._slots, "acquire", lambda blocking: False)
    assert latest(tmp_path, "cause", 2, slow) == DrawnPicture(b"old", is_current=False)
    with pytest.raises(DrawingQueueFull):
        latest(tmp_path, "other", 2, slow)


def test_failed_drawing_is_tried_again(tmp_path):
    def fail():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        latest(tmp_path, "cause", 1, fail)
    assert latest(tmp_path, "cause", 1, lambda: b"drawn") == DrawnPicture(b"drawn")
