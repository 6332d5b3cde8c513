"""Who signed lately, as far as they chose to be shown."""

from dataclasses import dataclass
from datetime import datetime

from campaign.lib.countries import country_name
from campaign.lib.locales import LOCALES
from campaign.lib.small_cells import LEAST
from campaign.signatures.queries import counted_only_since, newest_signers


@dataclass(frozen=True)
class Signer:
    """One shown signature: the name as its owner wants it seen, the country, and a comment that was let through."""

    number: int
    name: str
    place: str
    at: datetime
    comment: str


def signers(petition_id, cause_id, lang):
    """Return (the newest shown signers, how many since the oldest of them asked to be counted only, 0 where they are few)."""
    rows = newest_signers(petition_id)
    shown = [
        Signer(
            number=row.number,
            name=row.shown_name,
            place=country_name(row.country, LOCALES[lang]) if row.country else "",
            at=row.confirmed_at or row.created_at,
            comment=row.shared_comment,
        )
        for row in rows
    ]
    quiet = counted_only_since(cause_id, petition_id, rows[-1].number) if rows else 0
    return shown, quiet if quiet >= LEAST else 0
