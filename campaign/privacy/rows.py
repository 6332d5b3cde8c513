"""The type of a row of the privacy page, and texts that many rows share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

NOBODY = _l("Nobody")
ORGANIZERS = _l("The organizers")


@dataclass(frozen=True)
class Kept:
    """One row of the privacy page: what, what for, who sees it, and how long.

    `days` names the setting that fills %(days)s in `long`.
    """

    name: str
    purpose: str
    seen_by: str
    long: str
    columns: tuple[str, ...]
    days: str = ""

    def how_long(self, config: Mapping[str, Any]) -> str:
        return str(self.long) % {"days": config[self.days]} if self.days else str(self.long)


def columns_of(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())
