"""The table by which the processes of a site share how busy they are."""

from datetime import datetime

from sqlalchemy import CheckConstraint, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base
from campaign.process.clock import UtcDateTime


class SurgeReport(Base):
    """A surge level that some process measured, valid until `ends_at`.

    There is one row for each level. Any process extends it. The highest level that is still valid
    is the level of the site. `since` is when it was entered, and `reason` the name of the
    measurement that was the highest, as in LIMITS.
    """

    __tablename__ = "surge_report"
    __table_args__ = (CheckConstraint("level between 1 and 5", name="level"),)

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(20))
