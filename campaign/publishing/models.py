"""Tables shared by everything that is published: causes, petitions, events and updates.

A row belongs to the row `owner_id` of the table that `kind` stands for, such as `petition`.
"""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import RowId, db


class FormerSlug(db.Model):
    """A slug that its owner had. It redirects, and no other row of that kind may use it."""

    __tablename__ = "former_slug"
    __table_args__ = (Index("ix_former_slug_owner", "kind", "owner_id"),)

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner_id: Mapped[int] = mapped_column(RowId)
