"""Whose pages may hold a petition."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.constraints import one_of
from campaign.extensions import db

ALLOWED = ("nobody", "anybody", "listed")


class Embedding(db.Model):
    """Who may hold a petition in a page of theirs: anybody, those at the listed origins (`https://example.org`), or nobody.

    A petition without a row is anybody's to hold: nothing in the frame is signed in, and a signature counts by mail alone.
    """

    __tablename__ = "embedding"
    __table_args__ = (one_of("allowed", ALLOWED),)

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    allowed: Mapped[str] = mapped_column(String(8), default="anybody")
    origins: Mapped[list] = mapped_column(JSON, default=list)

    @property
    def ancestors(self):
        """Return the sources of `frame-ancestors`; our own pages show a preview."""
        lists = {"nobody": "'none'", "anybody": "*", "listed": " ".join(["'self'", *self.origins])}
        return lists[self.allowed]
