"""Share the surge level that a process measures."""

from datetime import timedelta

from sqlalchemy import case

from campaign.db.upsert import insert
from campaign.extensions import database_clock, db
from campaign.surge.models import SurgeReport

# Longer than a busy process takes between two reports.
REPORT_LIFETIME = timedelta(seconds=4)


def report_level(*, level: int, reason: str) -> None:
    """Make `level` valid for REPORT_LIFETIME by the database's clock, for all processes."""
    statement = insert(SurgeReport).values(
        level=level,
        since=database_clock(),
        ends_at=database_clock(REPORT_LIFETIME),
        reason=reason,
    )
    new = statement.excluded
    was_over = SurgeReport.ends_at <= new.since
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["level"],
            set_={
                "since": case((was_over, new.since), else_=SurgeReport.since),
                "ends_at": new.ends_at,
                "reason": new.reason,
            },
        )
    )
