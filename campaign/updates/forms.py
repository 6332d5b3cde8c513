"""The filters of the archive of updates."""

from dataclasses import dataclass
from typing import Any, Self

from flask import url_for
from werkzeug.datastructures import MultiDict

MAX_PAGES = 5000
# A year outside this range is ignored, because a date cannot hold every number.
YEARS = range(1900, 2200)


@dataclass(frozen=True)
class ArchiveFilters:
    """The filters of the archive: one cause or all, one year or all, and the page number."""

    cause: str | None
    year: int | None
    page: int

    @classmethod
    def from_args(cls, arguments: MultiDict[str, str], cause: str | None) -> Self:
        """Return the filters in the arguments of a request. Invalid arguments are ignored."""
        year = arguments.get("year", type=int)
        number = arguments.get("page", 1, type=int) or 1
        return cls(
            cause=cause, year=year if year in YEARS else None, page=min(max(number, 1), MAX_PAGES)
        )

    def address(self, **changes: Any) -> str:
        """Return the URL of the archive with other filters. Default values are left out."""
        values = {"year": self.year, "page": self.page, **changes}
        defaults = {"year": None, "page": 1}
        query = {name: values[name] for name in defaults if values[name] != defaults[name]}
        return (
            url_for("updates.of_cause", slug=self.cause, **query)
            if self.cause
            else url_for("updates.index", **query)
        )
