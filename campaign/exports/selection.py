"""The selection of an export: which signatures of a petition it holds, and which columns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from campaign.exports.columns import COLUMNS, EVERYTHING

# The choice of state → the states of signatures; None means any.
STATES = {
    "counted": ("counted",),
    "pending": ("pending",),
    "held": ("held",),
    "withdrawn": ("withdrawn", "erased"),
    "all": None,
}
# Filters by one value of a column. An empty filter matches all signatures.
EQUAL = ("evidence", "country", "lang", "source")


@dataclass(frozen=True, slots=True)
class Selection:
    """Signatures by state and filters, and columns by name.

    `since` and `until` limit the time of signing. If `delivered`, the export goes to the
    petition's targets, and holds only what each supporter was told we would hand over.
    """

    petition_id: int
    columns: tuple[str, ...] = EVERYTHING
    state: str = "counted"
    evidence: str = ""
    country: str = ""
    lang: str = ""
    source: str = ""
    subscribed: bool = False
    delivered: bool = False
    since: datetime | None = None
    until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the selection as plain values."""
        instants = {
            name: at.isoformat() for name in ("since", "until") if (at := getattr(self, name))
        }
        return {**asdict(self), "columns": list(self.columns), **instants}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Selection":
        """Return the Selection that `to_json` stored; skip columns that no longer exist."""
        since, until = (
            datetime.fromisoformat(data[name]) if data.get(name) else None
            for name in ("since", "until")
        )
        columns = tuple(name for name in COLUMNS if name in data["columns"])
        values = {name: data[name] for name in cls.__slots__ if name in data}
        return replace(cls(**values), columns=columns, since=since, until=until)
