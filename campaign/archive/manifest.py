"""The manifest of an archive: what its files hold, and how to know that they are complete."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from campaign.errors import CampaignError
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key

MANIFEST = "manifest.json"
FORMAT, FORMAT_VERSION = "volante-organisation", 1
MAX_MANIFEST_BYTES = 1_000_000


class ArchiveError(CampaignError):
    """The archive cannot be imported. The message says why and what to do."""

    status = 422


@dataclass(frozen=True)
class ArchivedFile:
    """A file of the archive: its table's columns, its rows, and its SHA-256 in hexadecimal."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive says about itself.

    `left_out` maps a table to the number of rows that belong to the organisation but cannot move.
    `key_fingerprint` tells whether two installations have the same SECRET_KEY.
    """

    organisation: str
    software_version: str
    created_at: str
    key_fingerprint: str
    files: dict[str, ArchivedFile] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the bytes of MANIFEST."""
        content = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return json.dumps(content, ensure_ascii=False, indent=2).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Manifest":
        """Return the manifest in these bytes. Raises ArchiveError."""
        try:
            content = json.loads(data)
            if content["format"] != FORMAT:
                raise ArchiveError("This file is not an archive of an organization.")
            _refuse_other_format(content["format_version"])
            return cls(
                **{name: _text(content, name) for name in _TEXTS},
                files={name: _file(entry) for name, entry in content["files"].items()},
                left_out={name: int(rows) for name, rows in content["left_out"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ArchiveError(
                f"The {MANIFEST} of this archive is damaged. Export the archive again."
            ) from error


_TEXTS = ("organisation", "software_version", "created_at", "key_fingerprint")


def file_of(table_name: str) -> str:
    """Return the name of a table's file in the archive."""
    return f"{table_name}.jsonl"


def key_fingerprint() -> str:
    """Return a text that is equal for equal values of SECRET_KEY, and reveals nothing of it."""
    return keyed_digest(secret_key(), "key of an archive", "").hex()


def _text(content: Mapping[str, Any], name: str) -> str:
    text = content[name]
    if not isinstance(text, str):
        raise TypeError(name)
    return text


def _file(entry: Mapping[str, Any]) -> ArchivedFile:
    return ArchivedFile(
        columns=[str(name) for name in entry["columns"]],
        rows=int(entry["rows"]),
        sha256=str(entry["sha256"]),
    )


def _refuse_other_format(version: int) -> None:
    if version > FORMAT_VERSION:
        raise ArchiveError(
            f"This archive has format {version}, and this version of Volante reads format"
            f" {FORMAT_VERSION}. Install a newer version of Volante."
        )
    if version != FORMAT_VERSION:
        raise ArchiveError(f"Volante cannot read an archive of format {version}.")
