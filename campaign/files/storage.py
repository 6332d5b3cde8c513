"""What a storage of files does, in whatever place it keeps them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

from campaign.errors import CampaignError

# The folders in VAR_DIR, or below the prefix in S3-compatible storage.
Folder = Literal["exports", "posters", "subscriber-lists", "doctor"]


class FilesUnavailable(CampaignError):
    """The storage did not answer in time, or refused. The log says why."""

    status = 503
    retry_seconds = 60


class StoredFile(NamedTuple):
    """A file in a storage: its name, its size in bytes, and when it was stored (Unix time)."""

    name: str
    size: int
    modified_at: float


def do_nothing() -> None:
    """Report no progress."""


class FileStorage(Protocol):
    """One folder of a storage. All methods raise FilesUnavailable if the storage is away."""

    def put(
        self, name: str, source: Path, *, on_progress: Callable[[], object] = do_nothing
    ) -> None:
        """Move the local file `source` here. Readers see all of it or nothing.

        `on_progress` is called often, and may raise to stop it. Raises OSError.
        """

    def open(self, name: str) -> BinaryIO:
        """Open a file to read it from any position; reading may raise FilesUnavailable.

        Raises FileNotFoundError.
        """

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name."""

    def delete(self, name: str) -> None:
        """Delete a file, if it exists."""

    def files(self) -> Iterator[StoredFile]:
        """Yield all files."""
