"""The type of a row of the privacy page, and texts that many rows share."""

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


def columns_of(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())
