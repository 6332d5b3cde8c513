"""How a row of the privacy page is written down, and what many of its rows say alike."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

NOBODY = _l("Nobody")
ORGANIZERS = _l("The organizers")


@dataclass(frozen=True)
class Kept:
    """One row: what, what for, who sees it, how long; `days` names the setting that fills %(days)s in how long."""

    name: str
    purpose: str
    seen_by: str
    long: str
    columns: tuple[str, ...]
    days: str = ""

    def how_long(self, config):
        return str(self.long) % {"days": config[self.days]} if self.days else str(self.long)


def columns_of(table, names):
    return tuple(f"{table}.{name}" for name in names.split())
