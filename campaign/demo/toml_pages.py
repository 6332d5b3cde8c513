"""Read TOML and Markdown pages. Errors name the file and the key at fault."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

FENCE = "+++"
Value = TypeVar("Value")


class ContentInvalid(ValueError):
    """A file of the demonstration lacks a value, or has one that cannot be used."""


@dataclass(frozen=True, slots=True)
class TomlTable:
    """One table of a TOML file, and where it is in the file."""

    file: str
    key: str
    values: dict[str, Any]

    def fault(self, name: str, problem: str) -> ContentInvalid:
        return ContentInvalid(f"{self.file}: {self._path(name)} {problem}")

    def get(self, name: str, kind: type[Value]) -> Value:
        """Return the value of `name`, which must exist and be exactly of type `kind`."""
        if name not in self.values:
            raise self.fault(name, "is missing")
        value = self.values[name]
        # Compare types exactly: isinstance would accept true as 1, and a datetime as a date.
        if type(value) is not kind:
            raise self.fault(name, f"should be of type {kind.__name__}, not {type(value).__name__}")
        if value == "":
            raise self.fault(name, "is empty")
        return value

    def find(self, name: str, kind: type[Value]) -> Value | None:
        """Return the value of `name`, or None if the table does not have it."""
        return self.get(name, kind) if name in self.values else None

    def count(self, name: str) -> int:
        value = self.get(name, int)
        if value < 0:
            raise self.fault(name, "is below zero")
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        value = self.get(name, list)
        if not all(type(item) is str for item in value):
            raise self.fault(name, "should be a list of strings")
        return tuple(value)

    def table(self, name: str) -> "TomlTable":
        return TomlTable(self.file, self._path(name), self.get(name, dict))

    def tables(self, name: str) -> list["TomlTable"]:
        """Return the tables listed under `name`, or an empty list if there is no such key."""
        tables = self.find(name, list) or []
        if not all(type(values) is dict for values in tables):
            raise self.fault(name, "should be a list of tables")
        return [
            TomlTable(self.file, f"{self._path(name)}[{i}]", item) for i, item in enumerate(tables)
        ]

    def only(self, *names: str) -> "TomlTable":
        """Return this table. Refuse it if it has a key not in `names`, most likely a typo."""
        for name in self.values:
            if name not in names:
                raise self.fault(name, "is not a known key")
        return self

    def _path(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def read_table(folder: Path, name: str) -> TomlTable:
    """Return the TOML file `name` of `folder`."""
    return _parse(name, _read(folder, name))


def read_page(folder: Path, name: str) -> tuple[TomlTable, str]:
    """Return the front matter (TOML between two lines of `+++`) and the Markdown below it."""
    before, *rest = f"\n{_read(folder, name)}".split(f"\n{FENCE}\n", 2)
    if before or len(rest) != 2:
        raise ContentInvalid(f"{name}: put the front matter first, within {FENCE}")
    front_matter, body = rest
    if not body.strip():
        raise ContentInvalid(f"{name}: there is no text below the front matter")
    return _parse(name, front_matter), f"{body.strip()}\n"


def _read(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentInvalid(f"{name}: there is no such file in {folder.name}") from None


def _parse(name: str, text: str) -> TomlTable:
    try:
        return TomlTable(name, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ContentInvalid(f"{name}: {error}") from error
