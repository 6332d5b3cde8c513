"""Pictures drawn while somebody waits, and the files that they are kept in."""

from pathlib import Path

import pytest

from campaign.montage.pictures import kept


def test_what_is_kept_is_drawn_once(tmp_path):
    drawn = []
    for _ in range(2):
        assert kept(tmp_path / "pictures", "x", lambda: drawn.append(1) or b"drawn") == b"drawn"
    assert len(drawn) == 1 and [file.suffix for file in (tmp_path / "pictures").iterdir()] == [".png"]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), PermissionError()])
def test_a_full_disk_costs_nobody_the_picture(tmp_path, monkeypatch, caplog, fault):
    def fail(*_):
        raise fault

    monkeypatch.setattr(Path, "write_bytes", fail)
    assert kept(tmp_path, "x", lambda: b"drawn") == b"drawn"
    assert "could not be kept" in caplog.text
    assert not list(tmp_path.iterdir())


def test_one_that_is_swept_away_at_this_instant_is_drawn_anew(tmp_path, monkeypatch):
    kept(tmp_path, "x", lambda: b"first")
    for file in tmp_path.iterdir():
        file.unlink()
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert kept(tmp_path, "x", lambda: b"anew") == b"anew"
