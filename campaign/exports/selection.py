"""Which signatures of a petition an export holds, and what it tells of them."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from campaign.exports.columns import COLUMNS, EVERYTHING

# What is asked for → the states of signatures.
STATES = {
    "counted": ("counted",),
    "pending": ("pending",),
    "held": ("held",),
    "withdrawn": ("withdrawn", "erased"),
    "all": None,
}
# Filters by a column that must have one value; empty lets all pass.
EQUAL = ("evidence", "country", "lang", "source")


@dataclass(frozen=True, slots=True)
class Selection:
    """Signatures by state and filters, and columns by name. `since` and `until` bound the time of signing.

    What is `delivered` to a petition's targets holds of each signature no more than its supporter was told.
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

    def to_json(self):
        """Return it as plain values."""
        instants = {
            name: at.isoformat() for name in ("since", "until") if (at := getattr(self, name))
        }
        return {**asdict(self), "columns": list(self.columns), **instants}

    @classmethod
    def from_json(cls, kept):
        """Return what `to_json` kept; a column that we no longer know is left out."""
        instants = {
            name: datetime.fromisoformat(kept[name])
            for name in ("since", "until")
            if kept.get(name)
        }
        columns = tuple(name for name in COLUMNS if name in kept["columns"])
        known = {name: kept[name] for name in cls.__slots__ if name in kept}
        return replace(cls(**known), columns=columns, **instants)
