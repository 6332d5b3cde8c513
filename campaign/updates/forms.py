"""What visitors ask of the archive."""

from dataclasses import dataclass

from flask import url_for

MAX_PAGES = 5000
# Years that a calendar can hold.
YEARS = range(1900, 2200)


@dataclass(frozen=True)
class Archive:
    """What the archive was asked for: of a cause or of all, a year or all, and which page."""

    cause: str | None
    year: int | None
    page: int

    @classmethod
    def asked(cls, arguments, cause):
        """Return what the arguments of a request ask for; what makes no sense is as if it had not been said."""
        year = arguments.get("year", type=int)
        number = arguments.get("page", 1, type=int) or 1
        return cls(
            cause=cause, year=year if year in YEARS else None, page=min(max(number, 1), MAX_PAGES)
        )

    def address(self, **changes):
        """Return the address of the archive with other wishes; what is usual is left out."""
        asked = {"year": self.year, "page": self.page, **changes}
        usual = {"year": None, "page": 1}
        query = {name: asked[name] for name in usual if asked[name] != usual[name]}
        return (
            url_for("updates.of_cause", slug=self.cause, **query)
            if self.cause
            else url_for("updates.index", **query)
        )
