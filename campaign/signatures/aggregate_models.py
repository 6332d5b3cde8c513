"""What signatures add up to, kept."""

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import db


class KeptSum(db.Model):
    """The signatures of a petition up to the row `last_id`, added up by what `part` names (see `sums.PARTS`).

    `rows` are lists [value, …, how many]. Those of all petitions are made in one pass, to one and the same `last_id`.
    """

    __tablename__ = "kept_sum"

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[str] = mapped_column(String(12), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[list] = mapped_column(JSON)
