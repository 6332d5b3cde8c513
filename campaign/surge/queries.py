"""Queries about the surge level of the site."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from campaign.extensions import database_clock
from campaign.surge.levels import SurgeLevel
from campaign.surge.models import SurgeReport


class SharedLevel(NamedTuple):
    """The level that the processes share, since when it is that high, and why."""

    level: SurgeLevel
    since: datetime | None = None
    reason: str = ""


def shared_level(connection: Connection) -> SharedLevel:
    """Return the highest level that is valid now by the database's clock."""
    row = connection.execute(
        select(SurgeReport.level, SurgeReport.since, SurgeReport.reason)
        .where(SurgeReport.ends_at > database_clock())
        .order_by(SurgeReport.level.desc())
        .limit(1)
    ).first()
    if row is None:
        return SharedLevel(SurgeLevel.NONE)
    return SharedLevel(SurgeLevel(row.level), row.since, row.reason)
