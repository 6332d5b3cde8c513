"""Recent signatures, shown as each supporter chose."""

from dataclasses import dataclass
from datetime import date

from flask import current_app

from campaign.i18n.countries import country_name
from campaign.i18n.local_times import local_time
from campaign.i18n.locales import LOCALES
from campaign.security.small_counts import MIN_COUNT
from campaign.signatures.queries import counted_only_since, newest_signers


@dataclass(frozen=True)
class Signer:
    """One shown signature: the name as its supporter chose, country, day, and approved comment."""

    number: int
    name: str
    place: str
    day: date
    comment: str


def signers(petition_id: int, cause_id: int, lang: str) -> tuple[list[Signer], int]:
    """Return the newest shown signers, and how many since the oldest of them are counted only.

    The second number is 0 where it is below MIN_COUNT, so that it singles out nobody.
    """
    rows = newest_signers(petition_id)
    shown = [
        Signer(
            number=row.number,
            name=row.shown_name,
            place=country_name(row.country, LOCALES[lang]) if row.country else "",
            day=local_time(
                row.confirmed_at or row.created_at, current_app.config["BABEL_DEFAULT_TIMEZONE"]
            ).date(),
            comment=row.shared_comment,
        )
        for row in rows
    ]
    quiet = counted_only_since(cause_id, petition_id, rows[-1].number) if rows else 0
    return shown, quiet if quiet >= MIN_COUNT else 0
