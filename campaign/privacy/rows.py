"""The type of a row of the privacy page, and texts that many rows share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

NOBODY = _l("Nobody")
ORGANIZERS = _l("The organizers")


@dataclass(frozen=True)
class RegisterRow:
    """One row of the privacy page: what, what for, who sees it, and how long.

    `days` names the setting that fills %(days)s in `retention`.
    """

    name: str
    purpose: str
    seen_by: str
    retention: str
    columns: tuple[str, ...]
    days: str = ""

    def retention_text(self, config: Mapping[str, Any]) -> str:
        return (
            str(self.retention) % {"days": config[self.days]} if self.days else str(self.retention)
        )


def columns_of(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())
