"""Files that this machine is still making. Later they go to the storage that machines share."""

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

# In seconds. Work that was going on so long ago was ended by a crash.
MAX_AGE = 6 * 3600


def scratch_folder(settings: Mapping[str, Any]) -> Path:
    """Return the folder, which only its owner can read. It is created if it is missing."""
    folder = Path(settings["VAR_DIR"]) / "scratch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remove_scratch(settings: Mapping[str, Any], prefix: str) -> None:
    """Remove the files and folders whose names begin with `prefix`."""
    for path in scratch_folder(settings).glob(f"{prefix}*"):
        _remove(path)


def sweep_scratch(settings: Mapping[str, Any], *, now: float | None = None) -> None:
    """Remove what a crash left: files and folders that nothing has changed for MAX_AGE."""
    oldest = (time.time() if now is None else now) - MAX_AGE
    for path in scratch_folder(settings).glob("*"):
        # Another process may be cleaning up too.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
