"""Stored aggregates of signatures."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import db


class KeptSum(db.Model):
    """Counts of a petition's signatures up to the row `last_id`, grouped as `part` says.

    `part` is a key of `aggregates.PARTS`. `rows` are lists [value, …, count]. The rows of all
    petitions are made in one pass, so they share one `last_id`.
    """

    __tablename__ = "kept_sum"

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[str] = mapped_column(String(12), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)
