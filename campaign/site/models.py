"""The table of the site: one row with the settings that were changed in the browser."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.versioned import Versioned
from campaign.extensions import Base
from campaign.process.clock import UtcDateTime, utcnow

SITE_ID = 1


class Site(Versioned, Base):
    """The settings of this installation. There is at most one row.

    `settings` maps a field of `SiteSettings` to its value. A field that is not in it has its
    default. `setup_steps` maps a step of the set-up to "done" or "skipped".
    """

    __tablename__ = "site"
    __table_args__ = (CheckConstraint(f"id = {SITE_ID}", name="only_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=SITE_ID)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    setup_steps: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
