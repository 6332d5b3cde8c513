"""A log of what has ended, kept beside the database, so that a restored backup revives none of it.

A line holds what ended, its id and a seal, but no personal data. It is on disk before the
database commits. After a crash between the two, the log names something that has not ended.
That is the safe side.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from campaign.process.clock import utcnow
from campaign.security.digests import keyed_digest

FILE = "ended.jsonl"
# Facts that undo an earlier end, and the ends that each of them undoes.
UNDOES = {
    "signature.returned": {"signature.withdrawn"},
    "signature.answers_asked": {"signature.answers_stopped"},
    "signature.full_shown": {"signature.full_hidden", "signature.initials_hidden"},
    "signature.initials_shown": {"signature.initials_hidden"},
    "comment.returned": {"comment.removed"},
    "answer.returned": {"answer.withdrawn"},
    "organizer.returned": {"organizer.removed"},
    "address.allowed": {"address.request", "address.organizer"},
    "target.returned": {"target.removed"},
    "switch.on": {"switch.off"},
}


class EndedEntry(NamedTuple):
    """Something that ended. `what` is "thing.fact", such as "signature.withdrawn".

    `id` is a row's id, or a digest.
    """

    at: str
    what: str
    id: int | str
    seal: str

    @property
    def thing(self) -> str:
        """The kind of thing that ended, such as "signature"."""
        return self.what.partition(".")[0]


def seal_of(key: bytes, thing: str, thing_id: int | str, identity: str) -> str:
    """Return a seal that identifies a thing even if another row gets its id after a restore.

    `identity` is when the thing was created, or a text that belongs to it alone.
    """
    return keyed_digest(key, "ended", f"{thing}:{thing_id}:{identity}").hex()


def ended_now(key: bytes, what: str, thing_id: int | str, identity: str) -> EndedEntry:
    """Return the log entry for something that ends now."""
    return EndedEntry(
        utcnow().isoformat(),
        what,
        thing_id,
        seal_of(key, what.partition(".")[0], thing_id, identity),
    )


class EndedLog:
    """The log of this machine. Several processes append to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entries: Iterable[EndedEntry]) -> None:
        """Append entries and return once they are on disk. Raises OSError."""
        lines = "".join(
            json.dumps(entry._asdict(), separators=(",", ":")) + "\n" for entry in entries
        )
        is_new = not self._path.exists()
        with os.fdopen(
            os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b", buffering=0
        ) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # A crash may have left an unfinished line, which must not garble ours.
            is_cut = file.seek(0, os.SEEK_END) and _last_byte(file) != b"\n"
            file.write((b"\n" if is_cut else b"") + lines.encode())
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(self._path.parent)


def read_ended(paths: Iterable[Path]) -> list[EndedEntry]:
    """Return the entries of these logs that nothing undid later, oldest first.

    Lines that were cut off are skipped.
    """
    ended: dict[tuple[str, int | str, str], dict[str, EndedEntry]] = {}
    for entry in sorted(entry for path in paths if path.exists() for entry in _read_entries(path)):
        kinds = ended.setdefault((entry.thing, entry.id, entry.seal), {})
        if entry.what in UNDOES:
            for what in UNDOES[entry.what]:
                kinds.pop(what, None)
        else:
            kinds[entry.what] = entry
    return sorted(entry for kinds in ended.values() for entry in kinds.values())


def _read_entries(path: Path) -> Iterator[EndedEntry]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                entry = EndedEntry(**json.loads(line))
            except (ValueError, TypeError):
                continue
            yield entry


def _last_byte(file: FileIO) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
