"""Files in a folder of this machine, or of a network file system that all machines have mounted."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from campaign.files.storage import StoredFile, do_nothing


class FolderStorage:
    """Keeps files in one folder, which only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(
        self, name: str, source: Path, *, on_progress: Callable[[], object] = do_nothing
    ) -> None:
        """Move the local file `source` here. Raises OSError."""
        on_progress()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with source.open("rb") as file:
            os.fsync(file.fileno())
        source.replace(self._folder / name)

    def open(self, name: str) -> BinaryIO:
        """Open a file. Raises FileNotFoundError."""
        return (self._folder / name).open("rb")

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name."""
        return (self._folder / name).is_file()

    def delete(self, name: str) -> None:
        """Delete a file, if it exists."""
        (self._folder / name).unlink(missing_ok=True)

    def files(self) -> Iterator[StoredFile]:
        """Yield all files."""
        for path in self._folder.glob("*"):
            # Another machine may be deleting files too.
            with suppress(FileNotFoundError):
                status = path.stat()
                yield StoredFile(path.name, status.st_size, status.st_mtime)
