"""Which sites may embed a petition."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, one_of

ALLOWED = ("nobody", "anybody", "listed")


class Embedding(Base):
    """Which sites may embed a petition: any, none, or listed origins (`https://example.org`).

    Without a row, any site may. This is safe, because no one is signed in inside the frame, and a
    signature counts only after it is confirmed by email.
    """

    __tablename__ = "embedding"
    __table_args__ = (one_of("allowed", ALLOWED),)

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    allowed: Mapped[str] = mapped_column(String(8), default="anybody")
    origins: Mapped[list[Any]] = mapped_column(JSON, default=list)

    @property
    def ancestors(self) -> str:
        """Return the sources for `frame-ancestors`.

        A list includes 'self', because one of our own pages shows a preview.
        """
        lists = {"nobody": "'none'", "anybody": "*", "listed": " ".join(["'self'", *self.origins])}
        return lists[self.allowed]
