"""The types of a row and a table of the privacy page, and texts that many rows share."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from campaign.site.settings import SiteSettings

NOBODY = _l("Nobody")
ORGANIZERS = _l("The organizers")


@dataclass(frozen=True)
class RegisterRow:
    """One row of the privacy page: what, what for, who sees it, and how long.

    `days` names the field of SiteSettings that fills %(days)s in `retention`. `is_entered` means
    that people enter it themselves, so the privacy notice at the form lists it.
    """

    name: str
    purpose: str
    seen_by: str
    retention: str
    columns: tuple[str, ...]
    days: str = ""
    is_entered: bool = False

    def retention_text(self, settings: SiteSettings) -> str:
        text = str(self.retention)
        return text % {"days": getattr(settings, self.days)} if self.days else text


@dataclass(frozen=True)
class RowGroup:
    """Rows that are one table of the privacy page.

    `is_closed` means that it concerns few people.
    """

    rows: tuple[RegisterRow, ...]
    title: str = ""
    is_closed: bool = False

    @property
    def common_viewers(self) -> str:
        """Return who sees the data of every row, or "" if the rows differ."""
        return _common(str(row.seen_by) for row in self.rows)

    def common_retention(self, settings: SiteSettings) -> str:
        return _common(row.retention_text(settings) for row in self.rows)


def rows_of(groups: Iterable[RowGroup]) -> tuple[RegisterRow, ...]:
    return tuple(row for group in groups for row in group.rows)


def _common(texts: Iterable[str]) -> str:
    different = set(texts)
    return different.pop() if len(different) == 1 else ""


def columns_of(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())
